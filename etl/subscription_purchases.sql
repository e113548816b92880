/* @bruin
name: subscription_purchases
type: duckdb.sql
description: >-
  A payment for a subscription. Rows are never changed, but that a refund is noted in them; all
  that is said of subscribers is derived from them.
owner: sales
tags: [fact]
depends:
  - production.subscription_purchases
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - {name: purchase_id, type: bigint, description: The purchase., checks: [{name: not_null}, {name: unique}]}
  - {name: user_id, type: bigint, description: Who subscribes., checks: [{name: not_null}]}
  - name: plan
    type: text
    description: What is subscribed to.
    checks: [{name: accepted_values, value: [plus, pro]}]
  - {name: term_days, type: bigint, description: Days that are paid for., checks: [{name: not_null}, {name: positive}]}
  - {name: amount, type: "decimal(12,2)", description: "What was paid, in US dollars, before fees and tax.", checks: [{name: non_negative}]}
  - name: method
    type: text
    description: >-
      How it was paid. manual: by hand, before it was due; takeover: what was left of a subscription
      when the billing system was changed, on 17 May 2026.
    checks: [{name: accepted_values, value: [card, manual, takeover]}]
  - {name: refunded_on, type: date, description: "The local date on which it was refunded or charged back; NULL if it was not."}
custom_checks:
  - name: no refund before its purchase
    query: select count(*) from subscription_purchases where refunded_on < day and day >= $1 and day < $2
@bruin */

select day, purchased_at as occurred_at, id as purchase_id, user_id, plan, term_days, amount, method, refunded_on
from production.subscription_purchases
where day >= $1 and day < $2
