select day as day,
  count(*) as v0
from actions
where day >= date '2026-10-26' and day < date '2026-11-02'
group by 1;
