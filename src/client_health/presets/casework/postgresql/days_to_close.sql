-- Median days from creation to close, over the cases closed in the window, merged cases do not count.
-- A case closes with its last investigation, else its outcome, else its last change, never below zero days.
select
  organization_id as tenant_id,
  percentile_cont(0.5) within group (
    order by greatest(extract(epoch from closed_at - created_at) / 86400, 0)
  ) as days_to_close
from (
  select
    c.organization_id,
    c.created_at,
    coalesce(max(i.closed_at), c.outcome_at, c.updated_at) as closed_at
  from cases c
  left join investigations i on i.case_id = c.id
  where c.status = 'CLOSED'
    and not c.is_merged
  group by c.organization_id, c.id, c.created_at, c.outcome_at, c.updated_at
) as closed_case
where closed_at >= :window_start
  and closed_at < :as_of
group by organization_id
