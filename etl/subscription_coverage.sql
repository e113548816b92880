/* @bruin
name: subscription_coverage
type: duckdb.sql
description: >-
  How long a user's subscription goes on, after each day on which that changed: on which he paid,
  or was refunded. It holds until his next row.
owner: sales
tags: [intermediate]
depends:
  - {asset: subscription_purchases, partition: all_before}
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date on which it changed., checks: [{name: not_null}]}
  - {name: user_id, type: bigint, description: Who subscribes., checks: [{name: not_null}]}
  - {name: plan, type: text, description: "The plan that was paid for last, of what was not refunded.", tags: [categorical]}
  - {name: paid_through, type: date, description: "The first day that is not paid, as far as is known on the day; NULL if all was refunded."}
  - {name: ends_on, type: date, description: "The first day at whose end he is no subscriber if nothing else happens: three days of grace after paid_through, and not before the day of this row.", checks: [{name: not_null}]}
  - {name: paid_today, type: boolean, description: "He paid on this day."}
custom_checks:
  - name: one row for each day and user
    query: >-
      select count(*) from (select day, user_id from subscription_coverage
        where day >= $1 and day < $2 group by day, user_id having count(*) > 1) as twice
@bruin */

-- The rule, for the purchases 1..n of a user that count on a day, in their order:
--
--     paid_through(n) = greatest(paid_through(n-1), day(n)) + term(n),   paid_through(0) = long ago
--
-- A purchase counts from its own day on, and no longer from the day on which it was refunded.
-- Without recursion it is
--
--     paid_through(n) = greatest over k of day(k) + term(k) + ... + term(n)
--
-- by induction: for n = 1 it is day(1) + term(1). Put into the rule, the greatest of the first
-- n-1 and day(n), each plus term(n), is the greatest of the first n. The sum from k on is a
-- running sum from the last purchase backwards.
with purchases as (
    select user_id, purchase_id, day, occurred_at, plan, term_days, refunded_on
    from subscription_purchases
    where day < $2
),
changes as (
    select user_id, day from purchases where day >= $1
    union
    select user_id, refunded_on as day from purchases where refunded_on >= $1 and refunded_on < $2
),
counted as (
    select changes.user_id, changes.day as as_of, purchases.day, purchases.plan,
        sum(purchases.term_days) over (
            partition by changes.user_id, changes.day
            order by purchases.occurred_at desc, purchases.purchase_id desc
            rows between unbounded preceding and current row) as days_from_here,
        row_number() over (
            partition by changes.user_id, changes.day
            order by purchases.occurred_at desc, purchases.purchase_id desc) as from_last
    from changes
    join purchases on purchases.user_id = changes.user_id
        and purchases.day <= changes.day
        and (purchases.refunded_on is null or purchases.refunded_on > changes.day)
),
paid as (
    select user_id, as_of, max(day + cast(days_from_here as integer)) as paid_through,
        max(case when from_last = 1 then plan end) as plan
    from counted
    group by user_id, as_of
),
payers as (
    select distinct user_id, day from purchases where day >= $1
)
select changes.day, changes.user_id, paid.plan, paid.paid_through,
    case when paid.paid_through + 3 > changes.day then paid.paid_through + 3 else changes.day end as ends_on,
    payers.user_id is not null as paid_today
from changes
left join paid on paid.user_id = changes.user_id and paid.as_of = changes.day
left join payers on payers.user_id = changes.user_id and payers.day = changes.day
