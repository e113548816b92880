/* @bruin
name: circle_b
description: One row for each day.
owner: product
depends: [circle_a]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select day, n from circle_a where day >= $1 and day < $2
