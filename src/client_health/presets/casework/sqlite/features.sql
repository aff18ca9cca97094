-- Which features each organization has used, first and last, for the feature grid.
select
  organization_id as tenant_id,
  feature_key,
  first_used_at,
  last_used_at
from feature_adoptions
