-- Median days from creation to close, over the cases closed in the window, merged cases do not count.
-- A case closes with its last investigation, else its outcome, else its last change, never below zero days.
select
  organization_id as tenant_id,
  avg(days) as days_to_close
from (
  select
    organization_id,
    days,
    row_number() over (partition by organization_id order by days) as place,
    count(*) over (partition by organization_id) as places
  from (
    select
      organization_id,
      max(round((julianday(closed_at) - julianday(created_at)) * 86400000) / 86400000, 0) as days
    from (
      select
        c.organization_id,
        c.created_at,
        coalesce(max(i.closed_at), c.outcome_at, c.updated_at) as closed_at
      from cases c
      left join investigations i on i.case_id = c.id
      where c.status = 'CLOSED'
        and not c.is_merged
        -- Old closed cases are passed over before they are grouped, whatever it is that closed them.
        and (c.updated_at >= :window_start or c.outcome_at >= :window_start
          or exists (select 1 from investigations l where l.case_id = c.id and l.closed_at >= :window_start))
      group by c.organization_id, c.id, c.created_at, c.outcome_at, c.updated_at
    ) as closed_case
    where closed_at >= :window_start
      and closed_at < :as_of
  ) as duration
) as ranked
where place in ((places + 1) / 2, (places + 2) / 2)
group by organization_id
