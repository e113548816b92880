/* @bruin
name: unbound_join
description: One row for each day.
owner: product
depends: [staging.events, bounded]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select e.day, count(*) as n
from staging.events as e
join bounded as b on b.n = e.user_id
where e.day >= $1 and e.day < $2
group by e.day
