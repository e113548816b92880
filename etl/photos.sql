/* @bruin
name: photos
type: duckdb.sql
description: >-
  A photo that is there, as production knows it today.
owner: product
tags: [dimension]
depends:
  - production.photos
materialization: {type: table, strategy: create+replace}
columns:
  - {name: photo_id, type: bigint, description: The photo., primary_key: true, checks: [{name: not_null}, {name: unique}]}
  - {name: user_id, type: bigint, description: Who uploaded it.}
  - {name: uploaded_at, type: timestamp, description: "When its upload finished, in UTC."}
  - name: category
    type: text
    description: What it shows, as its user says.
    checks: [{name: accepted_values, value: [landscape, people, animals, city, travel, food, abstract, sport]}]
  - name: is_licensed
    type: text
    description: Whether it can be bought in the marketplace.
    checks: [{name: accepted_values, value: ["yes", "no"]}]
@bruin */

select id as photo_id, user_id, uploaded_at, category,
    case when licensed then 'yes' else 'no' end as is_licensed
from production.photos
