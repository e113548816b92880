/* @bruin
name: check_of_whole_by_day
description: One row for each day.
owner: product
depends: [production.users]
materialization: {strategy: create+replace}
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
custom_checks:
  - {name: some, query: "select count(*) from check_of_whole_by_day where day = $1"}
@bruin */

select current_date as day, count(*) as n from production.users
