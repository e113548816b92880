/* @bruin
name: change
description: One row for each day.
owner: product
depends: [likes, {asset: likes, partition: previous}]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select day, sum(n) as n from (
    select day, n from likes where day >= $1 and day < $2
    union all
    select day + 1, -n from likes where day >= $1 - 1 and day < $2 - 1
) as both_days group by day
