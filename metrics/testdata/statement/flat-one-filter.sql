select day as day,
  count(*) as v0,
  sum(amount) as v1
from actions
where day >= date '2026-10-26' and day < date '2026-11-02' and (kind = 'like' or x)
group by 1;
