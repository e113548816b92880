/* @bruin
name: redshift
description: One row for each day.
owner: product
depends: [staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: n, type: bigint, description: How many.}
@bruin */

select distinct on (e.day) e.day,
    count(*) filter (where action = 'like') as n,
    max(tags[1]) over w as tag, {'a': 1} as pair
from staging.events as e, lateral (select 1) as one
join generate_series(1, 3) as s on true
join (values (1), (2)) as v on true
where e.day >= $1 and e.day < $2
qualify row_number() over w = 1
window w as (partition by e.day)
