select day as day,
  count(case when kind = 'like' then 1 end) as v0,
  sum(amount) as v1,
  avg(case when amount > 0 then amount end) as v2,
  count(case when true then user_id end) as v3
from actions
where day >= date '2026-10-26' and day < date '2026-11-02'
group by 1;

select day as day,
  count(distinct lower(email)) as v0
from actions
where day >= date '2026-10-26' and day < date '2026-11-02' and (kind = 'signup')
group by 1;
