/* @bruin
name: cumulative_join
description: One row for each day.
owner: product
depends: [staging.events, cumulative]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select d.day, count(*) as n
from staging.events as d
join cumulative as c on c.day <= d.day
where d.day >= $1 and d.day < $2
group by d.day
