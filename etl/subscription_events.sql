/* @bruin
name: subscription_events
type: duckdb.sql
description: >-
  What became of subscriptions on a local day. Each purchase is one event: new, the first one of a
  user ever; renewal, while he is a subscriber, or again on the same day; reactivation, after he was
  none for at least a day. And a churn on the day at whose end a subscriber is none any more.
owner: sales
tags: [fact]
depends:
  - {asset: subscription_purchases, partition: all_before}
  - {asset: subscription_coverage, partition: all_before}
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local date of the event., checks: [{name: not_null}]}
  - {name: occurred_at, type: timestamp, description: "The instant of the purchase, in UTC; NULL for a churn, which has none."}
  - {name: user_id, type: bigint, description: Who subscribes., checks: [{name: not_null}]}
  - name: kind
    type: text
    description: What happened.
    checks: [{name: accepted_values, value: [new, renewal, reactivation, churn]}]
  - {name: plan, type: text, description: "What is, or was, subscribed to.", tags: [categorical]}
  - {name: amount, type: "decimal(12,2)", description: "What was paid, in US dollars; NULL for a churn."}
  - {name: purchase_id, type: bigint, description: "The purchase; NULL for a churn."}
custom_checks:
  - name: new, renewals and reactivations are the purchases of the day
    query: >-
      select coalesce(sum(case when events is null or purchases is null or events <> purchases then 1 else 0 end), 0)
      from (select day, count(*) as events from subscription_events
          where kind <> 'churn' and day >= $1 and day < $2 group by day) as e
        full join (select day, count(*) as purchases from subscription_purchases
          where day >= $1 and day < $2 group by day) as p on p.day = e.day
@bruin */

with spans as (
    select user_id, plan, day as since, ends_on, paid_today,
        lag(ends_on) over (partition by user_id order by day) as ended_before,
        lag(plan) over (partition by user_id order by day) as plan_before,
        lead(day) over (partition by user_id order by day) as changed_on
    from subscription_coverage
    where day < $2
),
purchases as (
    select day, occurred_at, purchase_id, user_id, plan, amount,
        row_number() over (partition by user_id order by occurred_at, purchase_id) as of_user,
        row_number() over (partition by user_id, day order by occurred_at, purchase_id) as of_day
    from subscription_purchases
    where day < $2
)
select purchases.day, purchases.occurred_at, purchases.user_id,
    case
        when purchases.of_user = 1 then 'new'
        when purchases.of_day > 1 then 'renewal'
        when spans.ended_before >= purchases.day then 'renewal'
        else 'reactivation'
    end as kind,
    purchases.plan, purchases.amount, purchases.purchase_id
from purchases
join spans on spans.user_id = purchases.user_id and spans.since = purchases.day
where purchases.day >= $1
union all
-- Nothing else happened until the day at whose end he is none.
select ends_on, null, user_id, 'churn', plan, null, null
from spans
where ends_on > since and (changed_on is null or changed_on > ends_on)
    and ends_on >= $1 and ends_on < $2
union all
-- A refund left nothing, to one who was a subscriber the day before or paid on the same day.
select since, null, user_id, 'churn', coalesce(plan, plan_before), null, null
from spans
where ends_on = since and (ended_before >= since or paid_today)
    and since >= $1 and since < $2
