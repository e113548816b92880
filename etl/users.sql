/* @bruin
name: users
type: duckdb.sql
description: >-
  A user as production knows him today. For who was a subscriber on a day, see
  active_subscribers: production's flag says nothing about the past.
owner: product
tags: [dimension]
depends:
  - production.users
materialization: {type: table, strategy: create+replace}
columns:
  - {name: user_id, type: bigint, description: The user., primary_key: true, checks: [{name: not_null}, {name: unique}]}
  - {name: name, type: text, description: The name that he shows.}
  - {name: created_at, type: timestamp, description: "When the account was created, in UTC."}
  - {name: country, type: text, description: "Where he lives, by ISO 3166.", tags: [categorical]}
  - name: is_subscriber
    type: text
    description: Whether production takes him for a paying subscriber now.
    checks: [{name: accepted_values, value: ["yes", "no"]}]
  - name: subscription_type
    type: text
    description: The plan that he pays for, or none.
    checks: [{name: accepted_values, value: [plus, pro, none]}]
  - name: is_seller
    type: text
    description: Whether a photo of his is in the marketplace.
    checks: [{name: accepted_values, value: ["yes", "no"]}]
  - name: has_android_app
    type: text
    description: Whether he was ever signed in with the Android app.
    checks: [{name: accepted_values, value: ["yes", "no"]}]
  - name: has_ios_app
    type: text
    description: Whether he was ever signed in with the iPhone or iPad app.
    checks: [{name: accepted_values, value: ["yes", "no"]}]
@bruin */

select id as user_id, name, created_at, country,
    case when is_active then 'yes' else 'no' end as is_subscriber,
    case when is_active then subscription_type else 'none' end as subscription_type,
    case when is_seller then 'yes' else 'no' end as is_seller,
    case when has_android_app then 'yes' else 'no' end as has_android_app,
    case when has_ios_app then 'yes' else 'no' end as has_ios_app
from production.users
