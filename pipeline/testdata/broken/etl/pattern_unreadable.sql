/* @bruin
name: pattern_unreadable
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: text, description: How many., checks: [{name: pattern, value: '(a'}]}
@bruin */

select day, count(*) as n
from staging.events
where day >= $1 and day < $2
group by day
