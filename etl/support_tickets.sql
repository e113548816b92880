/* @bruin
name: support_tickets
type: duckdb.sql
description: >-
  A support ticket, on the day on which it was opened.
owner: sales
tags: [fact]
depends:
  - production.support_tickets
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - {name: ticket_id, type: bigint, description: The ticket., checks: [{name: not_null}, {name: unique}]}
  - {name: user_id, type: bigint, description: Who asks.}
  - {name: first_reply_hours, type: "decimal(8,2)", description: "Hours until the first answer by a person; NULL while there is none.", checks: [{name: non_negative}]}
@bruin */

select day, opened_at as occurred_at, id as ticket_id, user_id, first_reply_hours
from production.support_tickets
where day >= $1 and day < $2
