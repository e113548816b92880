/* @bruin
name: week
description: One row for each day.
owner: product
depends: [{asset: likes, partition: lookback, days: 6}]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select $1 as day, sum(n) as n
from likes
where day between $1 - 6 and $1
