select case when occurred_at < timestamp '2026-10-29 04:00:00' then case when occurred_at < timestamp '2026-10-27 04:00:00' then date '2026-10-26' else case when occurred_at < timestamp '2026-10-28 04:00:00' then date '2026-10-27' else date '2026-10-28' end end else case when occurred_at < timestamp '2026-10-31 04:00:00' then case when occurred_at < timestamp '2026-10-30 04:00:00' then date '2026-10-29' else date '2026-10-30' end else case when occurred_at < timestamp '2026-11-01 04:00:00' then date '2026-10-31' else date '2026-11-01' end end end as day,
  count(*) as v0
from actions
where occurred_at >= timestamp '2026-10-26 04:00:00' and occurred_at < timestamp '2026-11-02 05:00:00'
group by 1;
