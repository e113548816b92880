/* @bruin
name: cumulative_one_day
description: One row for each day.
owner: product
depends: [{asset: staging.events, partition: lookback, days: 6}]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select $1 as day, count(distinct user_id) as n from staging.events
where $1 >= day
