/* @bruin
name: active_subscribers
type: duckdb.sql
description: >-
  The subscribers at the end of a local day, with three days of grace after what they paid for.
  Any day can be made anew at any time and has the same rows.
owner: sales
tags: [snapshot]
depends:
  - {asset: subscription_coverage, partition: all_before}
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date at whose end it is counted., checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: The subscriber., checks: [{name: not_null}]}
  - name: plan
    type: text
    description: What is subscribed to.
    checks: [{name: accepted_values, value: [plus, pro]}]
custom_checks:
  - name: one row for each day and user
    query: >-
      select count(*) from (select day, user_id from active_subscribers
        where day >= $1 and day < $2 group by day, user_id having count(*) > 1) as twice
@bruin */

with digits as (
    select 0 as n union all select 1 union all select 2 union all select 3 union all select 4
    union all select 5 union all select 6 union all select 7 union all select 8 union all select 9
),
days as (
    select $1 + (a.n + 10 * b.n + 100 * c.n) as day
    from digits as a cross join digits as b cross join digits as c
    where $1 + (a.n + 10 * b.n + 100 * c.n) < $2
),
spans as (
    select user_id, plan, day as since, ends_on,
        lead(day) over (partition by user_id order by day) as changed_on
    from subscription_coverage
    where day < $2
)
select days.day, spans.user_id, spans.plan
from days
join spans on spans.since <= days.day and spans.ends_on > days.day
    and (spans.changed_on is null or spans.changed_on > days.day)
