"""The 20 statements that a loop asks for each tenant: 17 that read, 3 that write."""

_CLOSED = """
from (
  select c.id, coalesce(max(i.closed_at), c.outcome_at, c.updated_at) as closed_at, c.created_at,
         count(i.id) as investigations, count(*) filter (where i.sla_status = 'OVERDUE') as overdue
  from cases c left join investigations i on i.case_id = c.id
  where c.organization_id = %(tenant)s and c.status = 'CLOSED' and not c.is_merged
  group by c.id
) as closed where closed_at < %(as_of)s and closed_at >= """
_OVERDUE = """select count(*) from cases c
  where c.organization_id = %(tenant)s and c.status in ('NEW', 'OPEN') and not c.is_merged
    and c.created_at < %(as_of)s
    and exists (select from investigations i where i.case_id = c.id and i.sla_status = 'OVERDUE')"""
_DUE = """select count(*) from campaign_assignments a join campaigns c on c.id = a.campaign_id
  where a.organization_id = %(tenant)s and a.due_date >= %(window_30)s and a.due_date < %(as_of)s
    and c.status not in ('DRAFT', 'SCHEDULED', 'CANCELLED') and a.status """
_FEATURES = """select count(*) from feature_adoptions
  where organization_id = %(tenant)s and last_used_at >= %(window_90)s and feature_key in (
    'HOTLINE_INTAKE', 'WEB_INTAKE', 'CASE_MANAGEMENT', 'INVESTIGATIONS', 'AI_ASSISTANT', 'CUSTOM_WORKFLOWS',
    'CUSTOM_DASHBOARDS', 'POLICY_MANAGEMENT', 'COI_CAMPAIGNS', 'ATTESTATION_CAMPAIGNS', 'GIFT_DISCLOSURES',
    'SSO_ENABLED', 'HRIS_INTEGRATION', 'API_USAGE')"""
_EARLIER = "select overall from looped.health_scores where tenant = %(key)s and day = any(%(days)s) and day "

MEASURES = {
    "total_users": "select count(*) from users where organization_id = %(tenant)s and is_active",
    "active_users": "select count(*) from users where organization_id = %(tenant)s and is_active "
    "and last_login_at >= %(window_30)s",
    "closed_with_verdict": f"select count(*) {_CLOSED} %(window_30)s and investigations > 0",
    "on_time": f"select count(*) {_CLOSED} %(window_30)s and investigations > 0 and overdue = 0",
    "overdue": _OVERDUE,
    "created_today": "select count(*) from cases where organization_id = %(tenant)s and not is_merged "
    "and created_at >= %(day_start)s and created_at < %(as_of)s",
    "closed_today": f"select count(*) {_CLOSED} %(day_start)s",
    "days_to_close": "select percentile_cont(0.5) within group (order by "
    f"greatest(extract(epoch from closed_at - created_at) / 86400, 0)) {_CLOSED} %(window_30)s",
    "due": f"{_DUE} <> 'SKIPPED'",
    "completed": f"{_DUE} = 'COMPLETED'",
    "active_campaigns": "select count(*) from campaigns "
    "where organization_id = %(tenant)s and status = 'ACTIVE'",
    "in_use": _FEATURES,
    "tickets": "select count(*) from support_tickets where organization_id = %(tenant)s "
    "and created_at >= %(window_30)s and created_at < %(as_of)s",
    "known": "select count(*) from feature_adoptions where organization_id = %(tenant)s",
}
TENANT = "select id, name, settings, created_at, is_active from organizations where id = %(tenant)s"
PREVIOUS = f"{_EARLIER} < %(day)s order by day desc limit 1"
BASELINE = f"{_EARLIER} >= %(day)s::date - 7 order by day limit 1"

USAGE = """insert into looped.usage_metrics (day, tenant, measure_set, measures, as_of)
values (%(day)s, %(key)s, 1, %(measures)s, %(as_of)s)
on conflict (day, tenant) do update set measures = excluded.measures, as_of = excluded.as_of"""
_COLUMNS = (
    "tenant, day, scorecard, component_scores, component_states, overall, previous_score, baseline_score, "
    "trend, risk_level, risk_reason, confidence, as_of, calculated_at"
)
_VALUES = (
    "%(key)s, %(day)s, 1, %(scores)s, 'vvvvv', %(overall)s, %(previous)s, %(baseline)s, "
    "%(trend)s, %(level)s, 'score', 1, %(as_of)s, %(now)s"
)
_REPLACED = (
    "component_scores = excluded.component_scores, overall = excluded.overall, trend = excluded.trend, "
    "risk_level = excluded.risk_level, as_of = excluded.as_of, calculated_at = excluded.calculated_at"
)
SCORE = f"""insert into looped.health_scores ({_COLUMNS}, is_reported) values ({_VALUES}, true)
on conflict (day, tenant, scorecard) do update set {_REPLACED}"""
CURRENT = f"""insert into looped.score_current ({_COLUMNS}) values ({_VALUES})
on conflict (tenant) do update set day = excluded.day, {_REPLACED}"""
