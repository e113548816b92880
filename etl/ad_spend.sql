/* @bruin
name: ad_spend
type: duckdb.sql
description: >-
  What the advertising networks billed for a day. They correct it for up to three days.
owner: marketing
tags: [fact]
depends:
  - production.ad_spend
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The day of the bill., checks: [{name: not_null}]}
  - name: channel
    type: text
    description: Where it was advertised.
    checks:
      - {name: accepted_values, value: [search, social, newsletters]}
  - {name: amount, type: "decimal(12,2)", description: "US dollars without tax.", checks: [{name: non_negative}]}
@bruin */

select day, channel, amount
from production.ad_spend
where day >= $1 and day < $2
