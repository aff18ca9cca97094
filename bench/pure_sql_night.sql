insert into tenants (tenant_id, name, slug, since, industry, employee_count, is_active)
select tenant_id, name, slug, since, industry, employee_count::int, true from collected
on conflict (tenant_id) do update set
  name = excluded.name, slug = excluded.slug, since = excluded.since, industry = excluded.industry,
  employee_count = excluded.employee_count, is_active = true
where (tenants.name, tenants.slug, tenants.since, tenants.industry, tenants.employee_count, tenants.is_active)
  is distinct from
  (excluded.name, excluded.slug, excluded.since, excluded.industry, excluded.employee_count, excluded.is_active);

update tenants set is_active = false
where is_active and not exists (select from collected where collected.tenant_id = tenants.tenant_id);

insert into usage_metrics (day, tenant, measure_set, measures, stale_days, as_of)
select %(day)s, tenants.id, 1,
       array[active_campaigns, active_users, assignments_completed, assignments_due, cases_closed_today,
             cases_created_today, cases_on_time, cases_overdue, cases_with_verdict, days_to_close,
             features_in_use, features_tracked, support_tickets, total_users],
       null, %(as_of)s
from collected join tenants using (tenant_id)
on conflict (day, tenant) do update set
  measure_set = excluded.measure_set, measures = excluded.measures, stale_days = excluded.stale_days, as_of = excluded.as_of
where excluded.as_of >= usage_metrics.as_of;

create temp table scored on commit drop as
with components as (
  select
    tenants.id as tenant, collected.since, active_users = 0 as silent,
    cases_with_verdict = 0 as no_case, assignments_due = 0 as no_assignment,
    case when total_users = 0 then 0 else floor(least(active_users / total_users / 0.70, 1) * 100 + 0.5 + 1e-9) end as login,
    case when cases_with_verdict > 0 then floor(least(cases_on_time / cases_with_verdict / 0.90, 1) * 100 + 0.5 + 1e-9)
         when active_users > 0 then 100 end as cases,
    case when assignments_due > 0 then floor(least(assignments_completed / assignments_due / 0.85, 1) * 100 + 0.5 + 1e-9)
         when active_users > 0 then 100 end as campaigns,
    case when features_tracked = 0 then 0
         else floor(least(features_in_use / features_tracked / 0.60, 1) * 100 + 0.5 + 1e-9) end as features,
    floor(greatest(100 - support_tickets * 10, 0) + 0.5 + 1e-9) as tickets,
    case when total_users = 0 then 'e' else 'v' end
      || case when cases_with_verdict > 0 then 'v' when active_users > 0 then 'e' else 'q' end
      || case when assignments_due > 0 then 'v' when active_users > 0 then 'e' else 'q' end
      || case when features_tracked = 0 then 'e' else 'v' end || 'v' as states
  from collected join tenants using (tenant_id)
), weighed as (
  select *, floor(
    (0.20 * login + 0.25 * coalesce(cases, 0) + 0.25 * coalesce(campaigns, 0) + 0.15 * features + 0.15 * tickets)
    / (0.50 + case when cases is null then 0 else 0.25 end + case when campaigns is null then 0 else 0.25 end)
    + 0.5 + 1e-9)::smallint as overall
  from components
), compared as (
  select weighed.*, previous.overall as previous, baseline.overall as baseline, baseline.day as baseline_day,
    case when weighed.overall - baseline.overall > 5 then 'IMPROVING'
         when weighed.overall - baseline.overall < -5 then 'DECLINING' else 'STABLE' end as trend
  from weighed
  left join health_scores as previous on previous.tenant = weighed.tenant and previous.scorecard = 1
    and previous.day = (select max(day) from score_days where day < %(day)s)
  left join health_scores as baseline on baseline.tenant = weighed.tenant and baseline.scorecard = 1
    and baseline.day = (select min(day) from score_days where day between %(day)s::date - 7 and %(day)s::date - 1)
), judged as (
  select *, case when since > %(as_of)s - interval '30 days' then 'new' when silent then 'not_alive' else 'score' end as reason
  from compared
)
select *, case when reason = 'new' then 'UNKNOWN'
               when silent or overall < 40 or (overall < 60 and trend = 'DECLINING') then 'HIGH'
               when overall < 70 or trend = 'DECLINING' then 'MEDIUM' else 'LOW' end as level
from judged;

insert into health_scores (
  tenant, scorecard, day, component_scores, component_states, overall, previous_score, baseline_score, baseline_day,
  trend, risk_level, risk_reason, confidence, as_of, calculated_at, is_reported)
select tenant, 1, %(day)s, array[login, coalesce(cases, 'NaN'), coalesce(campaigns, 'NaN'), features, tickets], states,
       overall, previous, baseline, baseline_day, trend, level, reason, 1, %(as_of)s, %(now)s, true
from scored
on conflict (day, tenant, scorecard) do update set
  component_scores = excluded.component_scores, component_states = excluded.component_states, overall = excluded.overall,
  previous_score = excluded.previous_score, baseline_score = excluded.baseline_score, baseline_day = excluded.baseline_day,
  trend = excluded.trend, risk_level = excluded.risk_level, risk_reason = excluded.risk_reason,
  confidence = excluded.confidence, as_of = excluded.as_of, calculated_at = excluded.calculated_at
where excluded.as_of >= health_scores.as_of;

insert into score_days (scorecard, day) values (1, %(day)s) on conflict do nothing;

insert into score_current (
  tenant, scorecard, day, component_scores, component_states, overall, previous_score, baseline_score, baseline_day,
  trend, risk_level, risk_reason, confidence, as_of, calculated_at, last_known_risk, last_known_day)
select tenant, 1, %(day)s, array[login, coalesce(cases, 'NaN'), coalesce(campaigns, 'NaN'), features, tickets], states,
       overall, previous, baseline, baseline_day, trend, level, reason, 1, %(as_of)s, %(now)s,
       nullif(level, 'UNKNOWN'), case when level <> 'UNKNOWN' then %(day)s::date end
from scored
on conflict (tenant) do update set
  scorecard = excluded.scorecard, day = excluded.day, component_scores = excluded.component_scores,
  component_states = excluded.component_states, overall = excluded.overall, previous_score = excluded.previous_score,
  baseline_score = excluded.baseline_score, baseline_day = excluded.baseline_day, trend = excluded.trend,
  risk_level = excluded.risk_level, risk_reason = excluded.risk_reason, confidence = excluded.confidence,
  as_of = excluded.as_of, calculated_at = excluded.calculated_at,
  last_known_risk = coalesce(excluded.last_known_risk, score_current.last_known_risk),
  last_known_day = coalesce(excluded.last_known_day, score_current.last_known_day)
where (excluded.day, excluded.as_of) >= (score_current.day, score_current.as_of);
