/* @bruin
name: stock_purchases
type: duckdb.sql
description: >-
  A licence of one photo that was bought in the marketplace. A basket of three photos is three.
owner: sales
tags: [fact]
depends:
  - production.stock_purchases
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - {name: purchase_id, type: bigint, description: The purchase., checks: [{name: not_null}, {name: unique}]}
  - {name: buyer_id, type: bigint, description: Who bought it. Buyers have ids of their own., checks: [{name: not_null}]}
  - {name: photo_id, type: bigint, description: The photo.}
  - {name: amount, type: "decimal(12,2)", description: "What was paid, in US dollars, before fees, tax and the photographer's share.", checks: [{name: non_negative}]}
  - {name: refunded, type: boolean, description: "It was given back, on whatever later day."}
@bruin */

select day, purchased_at as occurred_at, id as purchase_id, buyer_id, photo_id, amount, refunded
from production.stock_purchases
where day >= $1 and day < $2
