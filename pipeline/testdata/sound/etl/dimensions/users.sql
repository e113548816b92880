/* @bruin
name: users
description: One row for each day.
owner: product
depends: [production.users]
materialization: {type: table, strategy: create+replace}
columns:
  - {name: id, type: bigint, description: The user., primary_key: true, checks: [{name: unique}, {name: not_null}]}
  - {name: created_on, type: date, description: When.}
@bruin */

select id, created_on
from production.users
