/* @bruin
name: running_total
description: One row for each day.
owner: product
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select day, n + 1 as n
from running_total where day >= $1 and day < $2
