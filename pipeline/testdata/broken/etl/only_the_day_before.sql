/* @bruin
name: only_the_day_before
description: One row for each day.
owner: product
depends: [{asset: staging.events, partition: previous}]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select day, count(*) as n
from staging.events
where day >= $1 and day < $2
group by day
