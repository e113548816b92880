/* @bruin
name: whole_by_day
description: One row for each day.
owner: product
depends: [production.users]
materialization: {type: table, strategy: create+replace}
columns:
  - {name: n, type: bigint, description: The user.}
@bruin */

select id as n
from production.users where created_on < $1
