select day,
  count(case when (flags & 1) <> 0 then key end) as v0,
  count(case when (flags & 2) <> 0 then key end) as v1
from (
  select day as day, user_id as key,
    bit_or(cast(case when x then 1 else 0 end
    | case when z then 2 else 0 end as bigint)) as flags
  from actions
  where day >= date '2026-10-26' and day < date '2026-11-02'
  group by 1, 2
) each
group by 1;

select day as day,
  count(distinct photo_id) as v0
from actions
where day >= date '2026-10-26' and day < date '2026-11-02' and (y)
group by 1;
