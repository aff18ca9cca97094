-- The 14 tracked features, and how many of them were used since the start of the window (90 days).
-- last_used_at is state, so it has no upper bound, keys that nobody tracks do not count.
select
  organization_id as tenant_id,
  count(*) filter (where last_used_at >= :window_start) as features_in_use,
  14 as features_tracked
from feature_adoptions
where feature_key in (
  'HOTLINE_INTAKE', 'WEB_INTAKE', 'CASE_MANAGEMENT', 'INVESTIGATIONS',
  'AI_ASSISTANT', 'CUSTOM_WORKFLOWS', 'CUSTOM_DASHBOARDS', 'POLICY_MANAGEMENT',
  'COI_CAMPAIGNS', 'ATTESTATION_CAMPAIGNS', 'GIFT_DISCLOSURES',
  'SSO_ENABLED', 'HRIS_INTEGRATION', 'API_USAGE'
)
group by organization_id
