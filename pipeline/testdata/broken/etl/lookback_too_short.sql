/* @bruin
name: lookback_too_short
description: One row for each day.
owner: product
depends: [{asset: staging.events, partition: lookback, days: 5}]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select $1 as day, count(*) as n
from staging.events
where day between $1 - 6 and $1
