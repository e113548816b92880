/* @bruin
name: day_after
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select $1 as day, count(*) as n
from staging.events
where day >= $1 and day <= $2
