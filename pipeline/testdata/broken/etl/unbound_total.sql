/* @bruin
name: unbound_total
description: One row for each day.
owner: product
depends: [{asset: staging.events, partition: all_before}]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select $1 as day, count(*) as n from staging.events
