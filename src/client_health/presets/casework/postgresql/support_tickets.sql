-- Support tickets opened in the window.
select
  organization_id as tenant_id,
  count(*) as support_tickets
from support_tickets
where created_at >= :window_start
  and created_at < :as_of
group by organization_id
