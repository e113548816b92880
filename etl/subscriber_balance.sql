/* @bruin
name: subscriber_balance
type: duckdb.sql
description: >-
  The subscribers of a local day as an account: those of the day before, who came and who left, and
  those at its end. A day on which it does not come out even is not made, so that no sheet shows it.
owner: sales
tags: [snapshot]
depends:
  - active_subscribers
  - {asset: active_subscribers, partition: previous}
  - subscription_events
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date., checks: [{name: not_null}]}
  - {name: at_start, type: bigint, description: "Subscribers at the end of the day before.", checks: [{name: non_negative}]}
  - {name: started, type: bigint, description: "Who subscribed for the first time.", checks: [{name: non_negative}]}
  - {name: returned, type: bigint, description: "Who returned.", checks: [{name: non_negative}]}
  - {name: churned, type: bigint, description: "Who left.", checks: [{name: non_negative}]}
  - {name: renewed, type: bigint, description: "Payments of those who were subscribers already.", checks: [{name: non_negative}]}
  - {name: at_end, type: bigint, description: "Subscribers at the end of the day.", checks: [{name: non_negative}]}
custom_checks:
  - name: at_end is at_start and who came, without who left
    query: >-
      select count(*) from subscriber_balance
      where at_end <> at_start + started + returned - churned and day >= $1 and day < $2
@bruin */

with counts as (
    select day, 0 as at_start, count(*) as at_end, 0 as started, 0 as returned, 0 as churned, 0 as renewed
    from active_subscribers
    where day >= $1 and day < $2
    group by day
    union all
    select day + 1, count(*), 0, 0, 0, 0, 0
    from active_subscribers
    where day >= $1 - 1 and day < $2 - 1
    group by day
    union all
    select day, 0, 0,
        sum(case when kind = 'new' then 1 else 0 end),
        sum(case when kind = 'reactivation' then 1 else 0 end),
        sum(case when kind = 'churn' then 1 else 0 end),
        sum(case when kind = 'renewal' then 1 else 0 end)
    from subscription_events
    where day >= $1 and day < $2
    group by day
)
select day, sum(at_start) as at_start, sum(started) as started, sum(returned) as returned,
    sum(churned) as churned, sum(renewed) as renewed, sum(at_end) as at_end
from counts
group by day
