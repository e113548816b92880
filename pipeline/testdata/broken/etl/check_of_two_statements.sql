/* @bruin
name: check_of_two_statements
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
custom_checks:
  - name: nothing else
    query: |
      select count(*) from staging.events;
      drop table staging.events
@bruin */

select day, count(*) as n
from staging.events
where day >= $1 and day < $2
group by day
