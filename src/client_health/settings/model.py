"""The models behind `client-health.toml`. Their descriptions become the configuration reference."""

import re
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, field_validator, model_validator

from client_health.settings.access import OidcSettings, SignInSettings, WebSettings
from client_health.settings.queries import DEFAULT_SOURCE, FeaturesQuery, TenantsQuery, UsageQuery
from client_health.settings.retention import RetentionSettings
from client_health.settings.section import Duration, Section

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CRON_WORDS = frozenset((*_DAYS, *_MONTHS, "l"))


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class StoreSettings(Section):
    """Where Client Health keeps its own data."""

    url: str = Field(
        default="sqlite:///client-health.db",
        description="SQLAlchemy address: `sqlite:///file` (relative to this file) or `postgresql://…`.",
    )


class SourceSettings(Section):
    """A database that usage is read from."""

    url: str = Field(description="SQLAlchemy address; `${NAME}` stands for an environment variable.")
    pause_ms: int = Field(default=100, ge=0, le=600_000, description="Pause between two statements.")
    statement_timeout: Annotated[Duration, Field(ge=0.001)] = Field(
        default=60.0, description='Longest time for one statement, such as "60s".', examples=["60s"]
    )
    max_rows: int = Field(
        default=20_000_000,
        ge=1,
        le=1_000_000_000,
        description="A statement that returns more rows is cut off.",
    )
    gentle: bool = Field(default=True, description="PostgreSQL: no parallel workers for our statements.")
    shards: int = Field(
        default=1, ge=1, le=10_000, description="Split each usage query into this many ranges of tenants."
    )


class ScheduleSettings(Section):
    """The nightly run."""

    cron: str = Field(
        default="0 2 * * *",
        description='Cron expression of five fields in `timezone`, or "off" for no nightly run.',
    )
    catch_up: int = Field(default=7, ge=1, le=31, description="Missed nights that are made up for at most.")

    @field_validator("cron")
    @classmethod
    def _valid_cron(cls, cron: str) -> str:
        from croniter import croniter

        words = set(re.findall("[a-z]+", cron.lower()))  # croniter knows more, such as `r`: at random
        if cron != "off" and (
            len(cron.split()) != 5 or not words <= _CRON_WORDS or not croniter.is_valid(cron)
        ):
            raise ValueError('not a cron expression of five fields such as "0 2 * * *", and not "off"')
        return cron


class RunSettings(Section):
    """How patient a run is, and when it refuses to publish."""

    attempts: int = Field(default=3, ge=1, le=10, description="Attempts at each statement on a source.")
    backoff: Duration = Field(
        default=10.0,
        description="Wait before the second attempt of a whole-fleet run; it doubles.",
        examples=["10s"],
    )
    backoff_tenant: Duration = Field(
        default=5.0, description="The same for a run of named tenants.", examples=["5s"]
    )
    max_lost_share: float = Field(
        default=0.20,
        ge=0,
        le=1,
        description="A tenants query that loses more than this share fails the run, …",
    )
    max_lost_tenants: int = Field(default=5, ge=0, description="… if it loses more than this many too.")
    suspicious_share: float = Field(
        default=0.30,
        ge=0,
        le=1,
        description="A whole-fleet run is held back if more than this share of the tenants …",
    )
    suspicious_points: float = Field(
        default=15, ge=0, le=100, description="… would move by more points than this since the day before, …"
    )
    suspicious_tenants: int = Field(default=5, ge=0, description="… if they are more than this many too.")
    keep_jobs_days: int = Field(
        default=30, ge=1, le=3650, description="How long the job engine keeps finished jobs; runs are kept."
    )


class ScorecardSettings(Section):
    """Which scorecards are published first, and are the draft of the next publication."""

    file: str | None = Field(
        default=None, description="TOML file, relative to this file; left out: the built-in scorecard."
    )
    files: tuple[str, ...] = Field(
        default=(),
        max_length=50,
        description="Several files in the order in which tenants are matched; the first that applies wins.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.file is not None and self.files:
            raise ValueError("file and files exclude each other; allowed: one of them")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The files in order; empty: the built-in scorecard."""
        return self.files or (() if self.file is None else (self.file,))


class BenchmarkMeasure(Section):
    """A measure that is compared between tenants besides the scores, and the ratios behind them."""

    measure: Name = Field(description="The measure, as a usage query names it.")
    name: str = Field(min_length=1, max_length=100, description="Name that people read.")
    high_is_good: bool = Field(default=True, description="Whether more of it is better.")


class BenchmarkSettings(Section):
    """What is compared between tenants."""

    measures: tuple[BenchmarkMeasure, ...] = Field(
        default=(), max_length=50, description="Measures that are compared as whole numbers."
    )

    @field_validator("measures")
    @classmethod
    def _measures_are_unique(cls, measures: tuple[BenchmarkMeasure, ...]) -> tuple[BenchmarkMeasure, ...]:
        names = [one.measure for one in measures]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the measure {twice[0]!r} stands in it more than once")
        return measures


class Settings(Section):
    """The whole of `client-health.toml`."""

    timezone: str = Field(default="UTC", description="Cuts the days and runs the schedule.")
    store: StoreSettings = StoreSettings()
    source: SourceSettings | None = Field(default=None, description="The source that queries use by default.")
    sources: dict[Name, SourceSettings] = Field(default={}, description="More sources, by name.")
    tenants: TenantsQuery
    usage: dict[Name, UsageQuery] = Field(min_length=1, description="The usage queries, by name.")
    features: FeaturesQuery | None = None
    schedule: ScheduleSettings = ScheduleSettings()
    runs: RunSettings = RunSettings()
    scorecard: ScorecardSettings = ScorecardSettings()
    benchmarks: BenchmarkSettings = BenchmarkSettings()
    retention: RetentionSettings | None = Field(
        default=None, description="How much of the past is kept; left out: everything."
    )
    web: WebSettings = WebSettings()
    sign_in: SignInSettings = SignInSettings()
    oidc: OidcSettings | None = Field(
        default=None, description="Signing in by an identity provider; left out: passwords only."
    )

    _path: Path = PrivateAttr(default=Path("client-health.toml"))

    @property
    def path(self) -> Path:
        """The file that these settings were read from."""
        return self._path

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that cuts the days."""
        return ZoneInfo(self.timezone)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("not a time zone of the IANA database, such as Europe/Berlin") from None
        return name

    @model_validator(mode="after")
    def _sources_exist(self) -> Self:
        for where, query in self.queries():
            if query.source not in self.source_names:
                known = ", ".join(sorted(self.source_names)) or "none: add a [source] section"
                raise ValueError(f"{where}.source: there is no source {query.source!r}; known: {known}")
        return self

    @model_validator(mode="after")
    def _provider_knows_the_way_back(self) -> Self:
        if self.oidc is not None and self.web.public_url is None:
            raise ValueError("oidc needs web.public_url: the provider sends people back to that address")
        return self

    @property
    def source_names(self) -> frozenset[str]:
        """Names of all sources; `[source]` is called default."""
        return frozenset(self.sources) | ({DEFAULT_SOURCE} if self.source else set())

    def source_named(self, name: str) -> SourceSettings:
        """The settings of a source by its name."""
        if name == DEFAULT_SOURCE and self.source is not None:
            return self.source
        return self.sources[name]

    def queries(self) -> list[tuple[str, TenantsQuery | UsageQuery | FeaturesQuery]]:
        """Every query in the order in which a run asks them, by the name that reports and messages use."""
        queries: list[tuple[str, TenantsQuery | UsageQuery | FeaturesQuery]] = [("tenants", self.tenants)]
        queries += [(f"usage.{name}", query) for name, query in self.usage.items()]
        if self.features:
            queries.append(("features", self.features))
        return queries
