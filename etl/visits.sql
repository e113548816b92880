/* @bruin
name: visits
type: duckdb.sql
description: >-
  A visit: the page views of a cookie or a device on a local day, until it pauses for more than
  thirty minutes. What goes on after midnight is a visit of the next day.
owner: web
tags: [fact]
depends:
  - page_views
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto on which it happened., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant of its first page view, in UTC.", checks: [{name: not_null}]}
  - {name: visitor_id, type: bigint, description: "The cookie (web) or device (apps).", checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: "The user, if somebody was signed in on a page of it."}
  - name: client
    type: text
    description: What it was done with.
    checks:
      - {name: accepted_values, value: [web, ios, android]}
  - name: source
    type: text
    description: Where its first page was reached from.
    checks:
      - {name: accepted_values, value: [search, social, campaign, direct]}
  - {name: pages, type: bigint, description: "Its page views.", checks: [{name: positive}]}
  - {name: load_ms, type: bigint, description: "Milliseconds that its first page took to load."}
  - {name: crashed, type: boolean, description: "It ended in a crash of the app."}
custom_checks:
  - name: every page view is in a visit
    query: >-
      select (select coalesce(sum(pages), 0) from visits where day >= $1 and day < $2)
        - (select count(*) from page_views where day >= $1 and day < $2)
@bruin */

-- The columns after occurred_at decide between page views of the same instant, so that the
-- same rows come out each time, on every engine.
with views as (
    select page_views.*,
        lag(occurred_at) over (
            partition by day, visitor_id order by occurred_at, load_ms, photo_id, source, client, user_id) as before_it
    from page_views
    where day >= $1 and day < $2
),
begun as (
    select views.*,
        case when before_it is null or occurred_at > before_it + interval '30 minutes' then 1 else 0 end as begins
    from views
),
numbered as (
    select begun.*,
        sum(begins) over (
            partition by day, visitor_id order by occurred_at, load_ms, photo_id, source, client, user_id
            rows between unbounded preceding and current row) as visit
    from begun
)
select day, min(occurred_at) as occurred_at, visitor_id, max(user_id) as user_id,
    max(case when begins = 1 then client end) as client,
    max(case when begins = 1 then source end) as source,
    count(*) as pages,
    max(case when begins = 1 then load_ms end) as load_ms,
    max(case when crashed then 1 else 0 end) = 1 as crashed
from numbered
group by day, visitor_id, visit
