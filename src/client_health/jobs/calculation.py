"""One run's figures: collect, let stand-ins stand in, score. Nothing is written here."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from client_health.errors import NoTenantsError
from client_health.jobs.memory import give_back
from client_health.jobs.scored import ScoredGroup
from client_health.jobs.scoring import score
from client_health.jobs.suspicion import Jump, find_jump
from client_health.jobs.watch import COLLECTED, Watch
from client_health.settings.addresses import resolve_address
from client_health.settings.model import RunSettings, Settings
from client_health.settings.queries import DEFAULT_SOURCE
from client_health.sources.pace import Pace
from client_health.sources.reader import Patience, SourceReader
from client_health.sources.session import SourceSession
from client_health.store import held, published_runs, tenants
from client_health.store.engine import Store
from client_health.store.runs import Run
from client_health.store.scorecard_sets import PublishedSet
from client_health.telemetry.tracing import span
from client_health.usage.collect import Assignment, Readers, collect
from client_health.usage.metrics import Collection, UsageMetrics


@dataclass
class Calculation:
    """What a run is about to publish; `rows.tenants` holds -1 for tenants that the store does not know."""

    collection: Collection
    groups: list[ScoredGroup]
    asleep: float
    jump: Jump | None = None

    def let_go(self) -> None:
        """Forget the figures: once they are written, a large fleet needs the memory for something else."""
        self.groups.clear()
        self.collection.metrics, self.collection.features = UsageMetrics([]), None


def calculate(
    store: Store, settings: Settings, run: Run, cards: PublishedSet, watch: Watch, now: datetime
) -> Calculation:
    """Collect and score, reading the sources and the store, or what an earlier run kept aside."""
    with span("collect"):
        collection, asleep = _collection(store, settings, run, watch)
        give_back()
    watch.tell(COLLECTED, "scoring", tenants=len(collection.metrics.tenants))
    with span("score", {"client_health.tenants": len(collection.metrics.tenants)}):
        groups, problems = score(store, run, cards, collection, now)
    collection.problems += problems
    accepted = run.kind != "all" or run.options.get("accept") or run.options.get("held")
    jump = None if accepted else find_jump(store, settings.runs, groups, collection)
    return Calculation(collection, groups, asleep, jump)


def _collection(store: Store, settings: Settings, run: Run, watch: Watch) -> tuple[Collection, float]:
    """What the sources answer, and how long the run slept to spare them."""
    if run.options.get("held"):
        with store.read() as connection:
            return held.read(connection, run.options["held"]), 0.0
    pace = Pace(watch.check)
    with ExitStack() as stack:
        readers = open_readers(settings, stack, pace, patience_of(settings.runs, run))
        collection = collect(_assignment(store, run), settings, readers, watch.collecting)
    if run.kind == "all" and not run.options.get("accept"):
        refuse_lost_tenants(store, settings.runs, collection)
    return collection, pace.asleep


def patience_of(settings: RunSettings, run: Run) -> Patience:
    """How often, and how long apart, a run tries a statement."""
    return Patience(settings.attempts, settings.backoff if run.kind == "all" else settings.backoff_tenant)


def open_readers(settings: Settings, stack: ExitStack, pace: Pace, patience: Patience) -> Readers:
    """A reader for each source, closed with the stack. Connections open when they are first used."""
    readers = {}
    for name in settings.source_names:
        source = settings.source_named(name)
        key = "source.url" if name == DEFAULT_SOURCE else f"sources.{name}.url"
        session = SourceSession(name, resolve_address(source.url, key, settings.path.parent), source)
        stack.callback(session.close)
        readers[name] = SourceReader(session, source, pace, patience)
    return readers


def _assignment(store: Store, run: Run) -> Assignment:
    with store.read() as connection:
        rows_before = published_runs.rows_before(connection, run.score_date)
    return Assignment(
        run.as_of,
        run.score_date,
        tuple(run.tenant_ids),
        bool(run.options.get("leave_out_past")),
        rows_before,
    )


def refuse_lost_tenants(store: Store, settings: RunSettings, collection: Collection) -> None:
    """Raise NoTenantsError where the tenants query lost too many of the active tenants."""
    with store.read() as connection:
        active = tenants.count_active(connection)
        lost = tenants.count_others(connection, {tenant.tenant_id for tenant in collection.metrics.tenants})
    if lost > settings.max_lost_tenants and lost > settings.max_lost_share * active:
        raise NoTenantsError(
            f"the tenants query lost {lost:,} of {active:,} active tenants; nothing is published. "
            "If they really left, run again with --accept"
        )
