/* @bruin
name: subscriber_differences
type: duckdb.sql
description: >-
  Users of whom production's flag, as its nightly job wrote it down, says something else than what
  they paid: a list to look into. A few are normal; one in two hundred stops the day.
owner: sales
tags: [audit]
depends:
  - active_subscribers
  - production.subscriber_flags
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date at whose end both were taken., checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: The user., checks: [{name: not_null}]}
  - name: only_in
    type: text
    description: Who takes him for a subscriber, the purchases or production's flag.
    checks: [{name: accepted_values, value: [purchases, flag]}]
custom_checks:
  - name: at most one subscriber in 200 differs
    query: >-
      select count(*)
      from (select day, count(*) as n from subscriber_differences where day >= $1 and day < $2 group by day) as d
        join (select day, count(*) as n from active_subscribers where day >= $1 and day < $2 group by day) as a on a.day = d.day
      where d.n * 200 > a.n
@bruin */

select coalesce(ours.day, theirs.day) as day, coalesce(ours.user_id, theirs.user_id) as user_id,
    case when theirs.user_id is null then 'purchases' else 'flag' end as only_in
from (select day, user_id from active_subscribers where day >= $1 and day < $2) as ours
full join (select day, user_id from production.subscriber_flags where day >= $1 and day < $2) as theirs
    on theirs.day = ours.day and theirs.user_id = ours.user_id
where ours.user_id is null or theirs.user_id is null
