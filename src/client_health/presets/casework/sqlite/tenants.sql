-- The active organizations, with what their settings say of industry and size.
-- Text for a value of any type, null for a missing key or settings that are no JSON, so odd settings never fail the fleet.
select
  id as tenant_id,
  name,
  slug,
  created_at as since,
  case when not json_valid(settings) then null
       when json_type(settings, '$.industrySector') in ('true', 'false') then json_type(settings, '$.industrySector')
       else cast(json_extract(settings, '$.industrySector') as text) end as industry,
  case when not json_valid(settings) then null
       when json_type(settings, '$.employeeCount') in ('true', 'false') then json_type(settings, '$.employeeCount')
       else cast(json_extract(settings, '$.employeeCount') as text) end as employee_count
from organizations
where is_active
