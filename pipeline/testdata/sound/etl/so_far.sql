/* @bruin
name: so_far
description: One row for each day.
owner: product
depends: [{asset: likes, partition: all_before}]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
custom_checks:
  - name: not fewer than that day
    query: select count(*) from so_far join likes using (day) where so_far.n < likes.n and day = $1
@bruin */

select $1 as day, sum(n) as n from likes where day <= $1
