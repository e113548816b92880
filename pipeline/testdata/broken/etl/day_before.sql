/* @bruin
name: day_before
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select e.day, count(*) as n
from staging.events as e
join staging.events as before on before.day = e.day - 1
where e.day >= $1 and e.day < $2
group by e.day
