/* @bruin
name: likes
type: duckdb.sql
description: >-
  A like, once each. One that is taken back stays; given again, it is a second one.
owner: product
tags: [fact]
depends:
  - staging.events
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: "Who liked it.", checks: [{name: not_null}]}
  - {name: photo_id, type: bigint, description: The photo that was liked.}
  - name: client
    type: text
    description: What it was done with.
    checks:
      - {name: accepted_values, value: [web, ios, android]}
@bruin */

select day, occurred_at, user_id, photo_id, client
from staging.events
where action = 'photo_like' and user_id is not null and day >= $1 and day < $2
