/* @bruin
name: day_of_text
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: text, description: The day.}
@bruin */

select day, count(*) as n
from staging.events
where day >= $1 and day < $2
group by day
