/* @bruin
name: joined
description: One row for each day.
owner: product
depends: [likes, week, users]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select l.day, l.n + y.n as n
from likes as l
join week as y on y.day = l.day
join (select id from users where created_on < $2) as u on true
where l.day >= $1 and $2 > l.day
