-- A casework database of any size, made set by set. Rows arrive in order of time, so those of a tenant lie
-- scattered. A few tenants own most rows: the tenant of a row is drawn from a power law (the largest of 10,000
-- owns 4 % of all rows, the median one 0.005 %). {tenants} and {rows} are numbers, {start} and {days} the time span.
create function org(n bigint) returns text language sql immutable as $$ select 'org' || lpad(n::text, 22, '0') $$;
create function drawn(u float8) returns text language sql immutable as
  $$ select org(least(floor(power(u * (power({tenants} + 1, 0.2) - 1) + 1, 5))::bigint, {tenants})) $$;
create function moment(share float8) returns timestamp language sql immutable as
  $$ select timestamp '{start}' + share * interval '{days} days' $$;
select setseed(0.42);

insert into organizations
select org(n), 'Tenant ' || n, 'tenant-' || n,
       jsonb_build_object('industrySector', (array['HEALTHCARE', 'FINANCE', 'ENERGY'])[1 + n % 3], 'employeeCount', 10 + n % 5000),
       true, case when n % 101 = 0 then moment(0.8) else moment(0.3 * random()) end, moment(0.9)
from generate_series(1, {tenants}) n;

insert into users                                    -- 22 % of the rows; in one tenant of 97 nobody logs in
select 'usr' || lpad(n::text, 22, '0'), tenant, 'user' || n || '@example.test', 'MEMBER', random() < 0.9,
       case when random() < 0.9 and right(tenant, 6)::int % 97 > 0 then moment(1 - power(random(), 2) * 0.6) end,
       moment(0.5), moment(0.9)
from (select n, drawn(random()) as tenant from generate_series(1, {rows} * 22 / 100) n) as each_user;

insert into cases                                    -- 16 %
select 'cas' || lpad(n::text, 22, '0'), n::text, drawn(random()),
       case when kind < 0.1 then 'NEW' when kind < 0.25 then 'OPEN' else 'CLOSED' end::case_status,
       random() < 0.02, case when kind > 0.6 then created + random() * interval '20 days' end,
       created, created + random() * interval '25 days'
from (select n, random() as kind, moment(n * 100.0 / ({rows} * 16)) as created
      from generate_series(1, {rows} * 16 / 100) n) as each_case;

insert into investigations                           -- 16 %: a case has none, one or two
select 'inv' || c.reference_number || '-' || k, c.id, c.organization_id, k, 'DONE', c.created_at + interval '14 days',
       case when random() < 0.15 then 'OVERDUE' when random() < 0.2 then 'WARNING' else 'ON_TRACK' end::sla_status,
       case when c.status = 'CLOSED' then c.updated_at end, c.created_at, c.updated_at
from cases c cross join lateral generate_series(1, c.reference_number::bigint % 3) k;

insert into campaigns                                -- 1 %
select 'cmp' || lpad(n::text, 22, '0'), drawn(random()), 'Campaign ' || n, 'ATTESTATION',
       (array['DRAFT', 'SCHEDULED', 'ACTIVE', 'ACTIVE', 'PAUSED', 'COMPLETED', 'COMPLETED', 'CANCELLED'])[1 + n % 8]::campaign_status,
       moment(random()), moment(random()), moment(0.1), moment(0.9)
from generate_series(1, {rows} / 100) n;

insert into campaign_assignments                     -- 33 %
select 'asg' || lpad(n::text, 22, '0'), c.organization_id, c.id, 'emp' || n % 100000,
       case when kind < 0.7 then 'COMPLETED' when kind < 0.75 then 'SKIPPED' when kind < 0.9 then 'PENDING' else 'OVERDUE' end::assignment_status,
       due - interval '20 days', case when kind < 0.7 then due - interval '3 days' end, due, due - interval '20 days', due
from (select n, random() as kind, moment(n * 100.0 / ({rows} * 33)) as due,
             'cmp' || lpad((1 + floor(random() * ({rows} / 100)))::bigint::text, 22, '0') as campaign
      from generate_series(1, {rows} * 33 / 100) n) as each_assignment
join campaigns c on c.id = campaign;

insert into feature_adoptions                        -- about 10 of a tenant
select 'fea' || n || '-' || key, org(n), key, moment(0.2), moment(1 - random() * 0.6), 1 + n % 50, moment(0.2), moment(0.9)
from generate_series(1, {tenants}) n
cross join unnest(array['HOTLINE_INTAKE', 'WEB_INTAKE', 'CASE_MANAGEMENT', 'INVESTIGATIONS', 'AI_ASSISTANT',
  'CUSTOM_WORKFLOWS', 'CUSTOM_DASHBOARDS', 'POLICY_MANAGEMENT', 'COI_CAMPAIGNS', 'ATTESTATION_CAMPAIGNS',
  'GIFT_DISCLOSURES', 'SSO_ENABLED', 'HRIS_INTEGRATION', 'API_USAGE', 'RETIRED_FEATURE']) key
where random() < 0.4 + 0.5 * (n % 2);

insert into support_tickets                          -- 11 %
select 'tic' || lpad(n::text, 22, '0'), drawn(random()), 'usr' || n % 1000, n::text, 'NORMAL', 'OPEN', created, created, null, null
from (select n, moment(n * 100.0 / ({rows} * 11)) as created from generate_series(1, {rows} * 11 / 100) n) as each_ticket;
