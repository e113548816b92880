select date '2026-11-01' as day,
  count(*) as v0
from actions
where occurred_at >= timestamp '2026-11-01 04:00:00' and occurred_at < timestamp '2026-11-02 05:00:00'
group by 1;
