select date '2025-12-29' as day, count(distinct user_id) as value
from actions
where day >= date '2025-12-29' and day < date '2026-01-05' and (client = 'web' or x);

select date '2025-12-29' as day, count(distinct user_id) as value
from actions
where occurred_at >= timestamp '2025-12-29 05:00:00' and occurred_at < timestamp '2026-01-05 05:00:00' and (client = 'web' or x);
