/* @bruin
name: marketplace_submissions
type: duckdb.sql
description: >-
  A photo that was offered to the marketplace, whether or not it is accepted later.
owner: sales
tags: [fact]
depends:
  - production.marketplace_submissions
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: Who offers it., checks: [{name: not_null}]}
  - {name: photo_id, type: bigint, description: The photo.}
@bruin */

select day, submitted_at as occurred_at, user_id, photo_id
from production.marketplace_submissions
where day >= $1 and day < $2
