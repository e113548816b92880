select day,
  count(case when (flags & 1) <> 0 then key end) as v0,
  count(case when (flags & 2) <> 0 then key end) as v1
from (
  select case when occurred_at < timestamp '2026-10-29 04:00:00' then case when occurred_at < timestamp '2026-10-27 04:00:00' then date '2026-10-26' else case when occurred_at < timestamp '2026-10-28 04:00:00' then date '2026-10-27' else date '2026-10-28' end end else case when occurred_at < timestamp '2026-10-31 04:00:00' then case when occurred_at < timestamp '2026-10-30 04:00:00' then date '2026-10-29' else date '2026-10-30' end else case when occurred_at < timestamp '2026-11-01 04:00:00' then date '2026-10-31' else date '2026-11-01' end end end as day, user_id as key,
    bit_or(cast(1
    | case when client = 'web' then 2 else 0 end as bigint)) as flags
  from actions
  where occurred_at >= timestamp '2026-10-26 04:00:00' and occurred_at < timestamp '2026-11-02 05:00:00'
  group by 1, 2
) each
group by 1;
