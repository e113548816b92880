/* @bruin
name: cumulative
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

with seen as (
    select user_id, min(day) as first_day
    from staging.events
    where day < $2
    group by user_id
)
select first_day as day, count(*) as n
from seen
where first_day >= $1
group by first_day
