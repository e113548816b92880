/* @bruin
name: favourites
type: duckdb.sql
description: >-
  A photo that was added to a user's favourites. One that is removed later stays.
owner: product
tags: [fact]
depends:
  - staging.events
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: "Whose favourites they are.", checks: [{name: not_null}]}
  - {name: photo_id, type: bigint, description: The photo.}
  - name: client
    type: text
    description: What it was done with.
    checks:
      - {name: accepted_values, value: [web, ios, android]}
@bruin */

select day, occurred_at, user_id, photo_id, client
from staging.events
where action = 'photo_favourite' and user_id is not null and day >= $1 and day < $2
