/* @bruin
name: pattern_of_number
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many., checks: [{name: pattern, value: '^1'}]}
@bruin */

select day, count(*) as n
from staging.events
where day >= $1 and day < $2
group by day
