/* @bruin
name: page_views
type: duckdb.sql
description: >-
  A page or a screen of an app that somebody looked at, signed in or not.
owner: web
tags: [fact]
depends:
  - staging.events
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant, in UTC.", checks: [{name: not_null}]}
  - {name: visitor_id, type: bigint, description: "The cookie (web) or device (apps).", checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: "The user, if somebody was signed in."}
  - {name: photo_id, type: bigint, description: "The photo that was shown, if it was one."}
  - name: client
    type: text
    description: What it was done with.
    checks:
      - {name: accepted_values, value: [web, ios, android]}
  - name: source
    type: text
    description: Where the visit came from that the page belongs to.
    checks:
      - {name: accepted_values, value: [search, social, campaign, direct]}
  - {name: load_ms, type: bigint, description: "Milliseconds from navigation to the first photo on screen.", checks: [{name: non_negative}]}
  - {name: crashed, type: boolean, description: "The app crashed on this page."}
@bruin */

select day, occurred_at, visitor_id, user_id, photo_id, client, source, load_ms,
    coalesce(crashed, 0) = 1 as crashed
from staging.events
where action = 'page_view' and visitor_id is not null and day >= $1 and day < $2
