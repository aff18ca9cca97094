-- The active organizations, with what their settings say of industry and size.
-- `->>` answers text for a value of any type and null for a missing key, so odd settings never fail the fleet.
select
  id as tenant_id,
  name,
  slug,
  created_at as since,
  settings ->> 'industrySector' as industry,
  settings ->> 'employeeCount' as employee_count
from organizations
where is_active
