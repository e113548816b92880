/* @bruin
name: circle_a
description: One row for each day.
owner: product
depends: [circle_b]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select day, n from circle_b where day >= $1 and day < $2
