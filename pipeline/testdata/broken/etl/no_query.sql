/* @bruin
name: no_query
owner: product
description: One row for each day.
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */
delete from staging.events where day >= $1 and day < $2
