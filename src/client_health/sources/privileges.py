"""What the user of a source may do beyond reading. A read-only session is a fence, not a wall."""

from client_health.errors import SourceError
from client_health.sources.session import SourceSession

_ADVICE = "connect as a role that can only SELECT (docs/sources.md has one)"
_PRIVILEGES = """
select current_user, r.rolsuper,
       array(select g.rolname::text from pg_roles g
             where g.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
               and pg_has_role(current_user, g.oid, 'member') order by 1),
       array(select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n
             on n.oid = c.relnamespace
             where c.relkind in ('r', 'p', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
               and (has_table_privilege(c.oid, 'insert, update, delete, truncate')
                    or has_any_column_privilege(c.oid, 'insert, update')) order by 1)
from pg_roles r where r.rolname = current_user
"""


def beyond_reading(session: SourceSession) -> list[str]:
    """Sentences on what a bad query could do; empty where it could do nothing, or where nobody can tell."""
    if session.backend != "postgresql":
        return []
    try:
        ((user, is_superuser, roles, tables),) = session.fetch(_PRIVILEGES, {})
    except (SourceError, ValueError):  # speaks PostgreSQL's protocol without its catalogue
        return []
    if is_superuser:
        return [f"the user {user} is a superuser: its queries can read the server's files; {_ADVICE}"]
    told = [f"the user {user} is a member of {role}; {_ADVICE}" for role in roles]
    if tables:
        count = "1 table" if len(tables) == 1 else f"{len(tables):,} tables"
        told.append(f"the user {user} can write to {count}, such as {tables[0]}; {_ADVICE}")
    return told
