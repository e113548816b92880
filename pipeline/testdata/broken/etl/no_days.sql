/* @bruin
name: no_days
description: A day, and how many users there are.
owner: data
depends: [production.users]
columns:
  - {name: day, type: date, description: The day.}
  - {name: users, type: bigint, description: Users.}
@bruin */

select $1 as day, count(*) as users from production.users
