create temp table members on commit drop as
select scored.tenant, tenants.industry as label, coalesce(lower(tenants.industry), '') as industry,
       case when tenants.employee_count >= 2001 then '2001+' when tenants.employee_count >= 501 then '501-2000'
            when tenants.employee_count >= 101 then '101-500' when tenants.employee_count >= 1 then '1-100'
            else '' end as size,
       array[
         floor(days_to_close + 0.5 + 1e-9),
         overall,
         floor(100 * assignments_completed / nullif(assignments_due, 0) + 0.5 + 1e-9),
         floor(100 * cases_on_time / nullif(cases_with_verdict, 0) + 0.5 + 1e-9),
         floor(100 * features_in_use / nullif(features_tracked, 0) + 0.5 + 1e-9),
         floor(100 * active_users / nullif(total_users, 0) + 0.5 + 1e-9),
         campaigns, cases, features, login, tickets
       ]::float8[] as figures
from scored join tenants on tenants.id = scored.tenant join collected using (tenant_id);

create temp table compared on commit drop as
select industry, label, size, measure, value
from members cross join lateral unnest(
  array['measure:days_to_close', 'overall', 'ratio:campaign_completion', 'ratio:case_resolution',
        'ratio:feature_adoption', 'ratio:login', 'score:campaign_completion', 'score:case_resolution',
        'score:feature_adoption', 'score:login', 'score:support_tickets'], figures) as each (measure, value)
where value <> 'NaN';

delete from benchmarks where day = %(day)s;

insert into benchmarks (
  day, industry, size, segment, measure, label, tenants, p25, median, p75, mean, histogram)
with figures as (
  select coalesce(industry, '') as industry, coalesce(size, '') as size, measure,
         case when grouping(industry) = 0 then mode() within group (order by label) else '' end as label,
         count(*) as tenants, avg(value) as mean,
         percentile_cont(array[0.25, 0.5, 0.75]) within group (order by value) as quartiles
  from compared
  group by grouping sets ((measure), (measure, industry), (measure, size), (measure, industry, size))
  having industry is distinct from '' and size is distinct from ''
), counted as (
  select coalesce(industry, '') as industry, coalesce(size, '') as size, measure, value, count(*) as tenants
  from compared
  group by grouping sets (
    (measure, value), (measure, industry, value), (measure, size, value), (measure, industry, size, value))
  having industry is distinct from '' and size is distinct from ''
), histograms as (
  select industry, size, measure, array_agg(figure order by value, place) as histogram
  from counted cross join lateral (values (1, value), (2, tenants)) as pair (place, figure)
  group by industry, size, measure
)
select %(day)s, industry, size, '', measure, label, tenants, floor(quartiles[1] + 0.5 + 1e-9),
       floor(quartiles[2] + 0.5 + 1e-9), floor(quartiles[3] + 0.5 + 1e-9), floor(mean + 0.5 + 1e-9), histogram
from figures join histograms using (industry, size, measure);

delete from benchmark_members where not exists (select from members where members.tenant = benchmark_members.tenant);

insert into benchmark_members (tenant, industry, size, segment, figures)
select tenant, industry, size, '', array(
  select coalesce(figure, 'NaN') from unnest(figures) with ordinality as each (figure, place) order by place)
from members
on conflict (tenant) do update set
  industry = excluded.industry, size = excluded.size, segment = excluded.segment, figures = excluded.figures
where (benchmark_members.industry, benchmark_members.size, benchmark_members.segment, benchmark_members.figures)
  is distinct from (excluded.industry, excluded.size, excluded.segment, excluded.figures);
