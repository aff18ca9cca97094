insert into feature_use (tenant, feature_key, first_used_at, last_used_at, as_of)
select tenants.id, feature_key, first_used_at, last_used_at, %(as_of)s
from public.feature_adoptions join tenants on tenants.tenant_id = organization_id
on conflict (tenant, feature_key) do update set
  first_used_at = excluded.first_used_at, last_used_at = excluded.last_used_at, as_of = excluded.as_of
where (feature_use.first_used_at, feature_use.last_used_at)
  is distinct from (excluded.first_used_at, excluded.last_used_at);

delete from feature_use where not exists (
  select from public.feature_adoptions f join tenants on tenants.tenant_id = f.organization_id
  where tenants.id = feature_use.tenant and f.feature_key = feature_use.feature_key);
