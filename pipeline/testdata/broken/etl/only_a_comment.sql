/* @bruin
name: only_a_comment
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

-- select day, 1 as n from staging.events where day >= $1 and day < $2
