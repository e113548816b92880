/* @bruin
name: deletes
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

with gone as (
    delete from staging.events where day >= $1 returning day
)
select day, count(*) as n from gone where day < $2 group by day
