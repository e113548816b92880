/* @bruin
name: activity_daily
type: duckdb.sql
description: >-
  What a signed-in user did on a local day with one client: counts of each action. Daily, weekly
  and monthly actives are counted from it, exactly and without a scan of the facts.
owner: product
tags: [rollup]
depends:
  - page_views
  - uploads
  - likes
  - favourites
  - follows
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date in Toronto., checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: The user., checks: [{name: not_null}]}
  - name: client
    type: text
    description: What it was done with.
    checks:
      - {name: accepted_values, value: [web, ios, android]}
  - {name: page_views, type: bigint, description: "Pages and screens that he looked at.", checks: [{name: non_negative}]}
  - {name: uploads, type: bigint, description: "Photos that he uploaded.", checks: [{name: non_negative}]}
  - {name: likes, type: bigint, description: "Likes that he gave.", checks: [{name: non_negative}]}
  - {name: favourites, type: bigint, description: "Photos that he added to his favourites.", checks: [{name: non_negative}]}
  - {name: follows, type: bigint, description: "Users whom he began to follow.", checks: [{name: non_negative}]}
custom_checks:
  - name: one row for each day, user and client
    query: >-
      select count(*) from (select day, user_id, client from activity_daily
        where day >= $1 and day < $2 group by day, user_id, client having count(*) > 1) as twice
@bruin */

select day, user_id, client,
    sum(case when action = 'page_view' then 1 else 0 end) as page_views,
    sum(case when action = 'upload' then 1 else 0 end) as uploads,
    sum(case when action = 'like' then 1 else 0 end) as likes,
    sum(case when action = 'favourite' then 1 else 0 end) as favourites,
    sum(case when action = 'follow' then 1 else 0 end) as follows
from (
    select day, user_id, client, 'page_view' as action from page_views
    where user_id is not null and day >= $1 and day < $2
    union all
    select day, user_id, client, 'upload' as action from uploads where day >= $1 and day < $2
    union all
    select day, user_id, client, 'like' as action from likes where day >= $1 and day < $2
    union all
    select day, user_id, client, 'favourite' as action from favourites where day >= $1 and day < $2
    union all
    select day, user_id, client, 'follow' as action from follows where day >= $1 and day < $2
) as actions
group by day, user_id, client
