-- Enabled users, and those of them who logged in since the start of the window.
-- last_login_at is state, so it has no upper bound, or whoever was seen since would count as absent.
select
  organization_id as tenant_id,
  count(*) filter (where last_login_at >= :window_start) as active_users,
  count(*) as total_users
from users
where is_active
group by organization_id
