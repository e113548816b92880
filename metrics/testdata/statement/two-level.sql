select day,
  count(case when (flags & 1) <> 0 then key end) as v0,
  count(case when (flags & 2) <> 0 then key end) as v1,
  count(case when (flags & 4) <> 0 then key end) as v2
from (
  select day as day, user_id as key,
    bit_or(cast(1
    | case when client = 'web' or x then 2 else 0 end
    | case when client = 'iphone' then 4 else 0 end as bigint)) as flags
  from actions
  where day >= date '2026-10-26' and day < date '2026-11-02'
  group by 1, 2
) each
group by 1;
