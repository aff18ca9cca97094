-- Assignments due in the window of campaigns that were launched, how many are completed, and the campaigns active now.
-- Skipped assignments do not count, nor do those of campaigns that are drafts, scheduled or cancelled.
select
  organization_id as tenant_id,
  count(*) filter (where kind = 'completed') as assignments_completed,
  count(*) filter (where kind in ('completed', 'due')) as assignments_due,
  count(*) filter (where kind = 'campaign') as active_campaigns
from (
  select a.organization_id, case when a.status = 'COMPLETED' then 'completed' else 'due' end as kind
  from campaign_assignments a
  join campaigns c on c.id = a.campaign_id
  where a.due_date >= :window_start
    and a.due_date < :as_of
    and a.status <> 'SKIPPED'
    and c.status not in ('DRAFT', 'SCHEDULED', 'CANCELLED')
  union all
  select organization_id, 'campaign' as kind
  from campaigns
  where status = 'ACTIVE'
) as assignments_and_campaigns
group by organization_id
