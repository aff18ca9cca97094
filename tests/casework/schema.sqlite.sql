-- The application database that the preset `casework` reads, in SQLite: instants are text in UTC
-- ('YYYY-MM-DD HH:MM:SS', with a fraction only if there is one), booleans are 0 and 1.
create table organizations (
  id text primary key, name text not null, slug text not null unique,
  settings text not null default '{}',      -- {"industrySector": "HEALTHCARE", "employeeCount": 500, …}: any key may be absent or of the wrong type
  is_active integer not null default 1,
  created_at text not null, updated_at text not null);

create table users (
  id text primary key, organization_id text not null, email text not null, role text not null,
  is_active integer not null, last_login_at text,          -- null: never logged in
  created_at text not null, updated_at text not null);

create table cases (
  id text primary key, reference_number text not null, organization_id text not null,
  status text not null check (status in ('NEW', 'OPEN', 'CLOSED')), is_merged integer not null,
  outcome_at text,
  created_at text not null, updated_at text not null);

create table investigations (                                       -- a case has none, one or several
  id text primary key, case_id text not null, organization_id text not null,
  investigation_number integer not null, status text not null,
  due_date text, sla_status text not null check (sla_status in ('ON_TRACK', 'WARNING', 'OVERDUE')), closed_at text,
  created_at text not null, updated_at text not null);

create table campaigns (
  id text primary key, organization_id text not null, name text not null, type text not null,
  status text not null check (status in ('DRAFT', 'SCHEDULED', 'ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED')), launched_at text, due_date text not null,
  created_at text not null, updated_at text not null);

create table campaign_assignments (
  id text primary key, organization_id text not null, campaign_id text not null, employee_id text not null,
  status text not null check (status in ('PENDING', 'NOTIFIED', 'IN_PROGRESS', 'COMPLETED', 'OVERDUE', 'SKIPPED', 'EXPIRED')), assigned_at text not null,
  completed_at text, due_date text not null,
  created_at text not null, updated_at text not null);

create table feature_adoptions (
  id text primary key, organization_id text not null, feature_key text not null,   -- may hold keys that nobody tracks
  first_used_at text not null, last_used_at text not null, usage_count integer not null,
  created_at text not null, updated_at text not null,
  unique (organization_id, feature_key));

create table support_tickets (
  id text primary key, organization_id text not null, user_id text not null,
  ticket_number text not null, priority text not null, status text not null,
  created_at text not null, updated_at text not null,
  resolved_at text, closed_at text);

create index users_by_organization_id on users (organization_id);
create index cases_by_organization_id_status_updated_at on cases (organization_id, status, updated_at);
create index investigations_by_case_id on investigations (case_id);
create index campaigns_by_organization_id on campaigns (organization_id);
create index campaign_assignments_by_organization_id_status on campaign_assignments (organization_id, status);
create index support_tickets_by_organization_id_created_at on support_tickets (organization_id, created_at);
