-- Cases resolved on time among the cases with an SLA verdict in the window, cases created, closed and overdue that day.
-- A case closes with its last investigation, else its outcome, else its last change, an overdue open case counts as late.
select
  organization_id as tenant_id,
  count(*) filter (
    where closed_at >= :window_start and closed_at < :as_of and investigations > 0 and overdue = 0
  ) as cases_on_time,
  count(*) filter (
    where (closed_at >= :window_start and closed_at < :as_of and investigations > 0)
       or (is_open and overdue > 0)
  ) as cases_with_verdict,
  count(*) filter (where created_at >= :day_start and created_at < :as_of) as cases_created_today,
  count(*) filter (where closed_at >= :day_start and closed_at < :as_of) as cases_closed_today,
  count(*) filter (where is_open and overdue > 0) as cases_overdue
from (
  select
    c.organization_id,
    c.created_at,
    case when c.status = 'CLOSED' then coalesce(max(i.closed_at), c.outcome_at, c.updated_at) end as closed_at,
    c.status in ('NEW', 'OPEN') and c.created_at < :as_of as is_open,
    count(i.id) as investigations,
    count(*) filter (where i.sla_status = 'OVERDUE') as overdue
  from cases c
  left join investigations i on i.case_id = c.id
  where not c.is_merged
    -- Old closed cases are passed over before they are grouped, whatever it is that closed them.
    and (c.status <> 'CLOSED' or c.created_at >= :day_start
      or c.updated_at >= :window_start or c.outcome_at >= :window_start
      or exists (select 1 from investigations l where l.case_id = c.id and l.closed_at >= :window_start))
  group by c.organization_id, c.id, c.status, c.created_at, c.outcome_at, c.updated_at
) as each_case
group by organization_id
