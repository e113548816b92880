/* @bruin
name: check_elsewhere
description: A day with its events.
owner: data
depends: [staging.events]
columns:
  - {name: day, type: date, description: The day.}
  - {name: n, type: bigint, description: Events.}
custom_checks:
  - name: no more events than users
    query: |
      select count(*) from check_elsewhere
      where n > (select count(*) from production.users) and day >= $1 and day < $2
@bruin */

select day, count(*) as n from staging.events
where day >= $1 and day < $2
group by day
