select day as day,
  count(distinct user_id) as v0
from actions
where day >= date '2026-10-26' and day < date '2026-11-02' and (client = 'web' or client is null)
group by 1;
