"""`client-health init`: write a configuration file to start from."""

import os
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from client_health.cli.context import Context, output
from client_health.errors import ConfigError, UsageError
from client_health.presets import PRESETS, Preset, PresetFeature, PresetMeasure, load_preset

Dialect = Literal["postgresql", "sqlite"]
ADDRESS = "APP_DATABASE_URL"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    ctx: typer.Context,
    preset: Annotated[str | None, typer.Option(help=f"Start from a preset: {', '.join(PRESETS)}.")] = None,
    dialect: Annotated[
        Dialect | None, typer.Option(help=f"Of the source; by {ADDRESS} if it is set, else postgresql.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write client-health.toml, to be adapted to your application's database."""
    context: Context = ctx.obj
    if context.config.exists() and not force:
        raise ConfigError(f"{context.config} exists; --force overwrites it")
    if preset is not None and preset not in PRESETS:
        raise UsageError(f"--preset: there is no preset {preset!r}; known: {', '.join(PRESETS)}")
    text = render(load_preset(preset, dialect or _dialect()) if preset else None)
    try:
        context.config.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(f"{context.config} cannot be written: {error.strerror}") from None
    output.print(f"Wrote {context.config}. Next: export {ADDRESS}=…, then client-health check")


def _dialect() -> Dialect:
    return "sqlite" if os.environ.get(ADDRESS, "").startswith("sqlite") else "postgresql"


def render(preset: Preset | None) -> str:
    """The text of a configuration file, with a preset's queries or an example to replace."""
    head = _HEAD.replace("{address}", f"${{{ADDRESS}}}")
    if preset is None:
        return head + _EXAMPLE + _TAIL
    parts = [head, _section("tenants", {}, preset.tenants_sql)]
    parts += [_section(f"usage.{name}", query.settings, query.sql) for name, query in preset.usage.items()]
    parts.append(_section("features", {}, preset.features_sql))
    parts += [_tracked(feature) for feature in preset.catalogue]
    parts += [_compared(measure) for measure in preset.benchmarks]
    return "\n".join(parts) + _TAIL


def _section(name: str, settings: dict[str, str | int], sql: str) -> str:
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in settings.items()]
    return "\n".join([f"[{name}]", *lines, "sql = '''", sql.strip(), "'''", ""]) if "'''" not in sql else ""


def _tracked(feature: PresetFeature) -> str:
    lines = [f'{key} = "{value}"' for key, value in asdict(feature).items()]
    return "\n".join(["[[features.catalogue]]", *lines, ""])


def _compared(measure: PresetMeasure) -> str:
    good = str(measure.high_is_good).lower()
    lines = [f'measure = "{measure.measure}"', f'name = "{measure.name}"', f"high_is_good = {good}"]
    return "\n".join(["[[benchmarks.measures]]", *lines, ""])


_HEAD = """\
# Client Health. Every key is described in docs/configuration.md.
timezone = "UTC"                          # cuts the days and runs the schedule

[store]
url = "sqlite:///client-health.db"        # or postgresql://…

[source]
url = "{address}"               # a role that can only SELECT is best
pause_ms = 100
statement_timeout = "60s"

"""
_EXAMPLE = """\
[tenants]                                 # the active tenants; replace by your own tables
sql = \"\"\"
select id as tenant_id, name, created_at as since
from organizations where is_active
\"\"\"

[usage.login]                             # one row per tenant: tenant_id and one or more measures
past = "missing"                          # last_login_at is state, not history
sql = \"\"\"
select organization_id as tenant_id,
       count(*) filter (where last_login_at >= :window_start) as active_users,
       count(*) as total_users
from users where is_active group by organization_id
\"\"\"

[usage.support_tickets]
sql = \"\"\"
select organization_id as tenant_id, count(*) as support_tickets
from support_tickets where created_at >= :window_start and created_at < :as_of
group by organization_id
\"\"\"
"""
_TAIL = """
[schedule]
cron = "0 2 * * *"                        # in `timezone`; "off" for no nightly run

[retention]
daily_days = 400                          # older months keep their last date only; no section: everything

# [scorecard]
# file = "scorecard.toml"                 # left out: the built-in scorecard
"""
