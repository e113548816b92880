/* @bruin
name: signups
type: duckdb.sql
description: >-
  An account that was created, by web form or app. Accounts that are closed later stay.
owner: marketing
tags: [fact]
depends:
  - staging.events
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - name: user_id
    type: bigint
    description: The new user.
    checks: [{name: not_null}, {name: unique}]
  - name: client
    type: text
    description: What it was done with.
    checks:
      - {name: accepted_values, value: [web, ios, android]}
  - name: source
    type: text
    description: Where the last visit before the signup came from, within seven days.
    checks:
      - {name: accepted_values, value: [search, social, campaign, direct]}
@bruin */

select day, occurred_at, user_id, client, source
from staging.events
where action = 'user_signup' and user_id is not null and day >= $1 and day < $2
