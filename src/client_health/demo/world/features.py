"""Features: which ones a tenant has adopted, and when each was last used."""

from client_health.demo.world.database import Change, Database
from client_health.demo.world.days import at_work
from client_health.demo.world.tenant import Tenant
from client_health.demo.world.traits import Trait, features_used

CORE = ["CASE_MANAGEMENT", "INVESTIGATIONS", "WEB_INTAKE", "HOTLINE_INTAKE"]
OPTIONAL = [
    "AI_ASSISTANT", "CUSTOM_WORKFLOWS", "CUSTOM_DASHBOARDS", "POLICY_MANAGEMENT", "COI_CAMPAIGNS",
    "ATTESTATION_CAMPAIGNS", "GIFT_DISCLOSURES", "SSO_ENABLED", "HRIS_INTEGRATION", "API_USAGE",
]  # fmt: skip
UNTRACKED = ("MOBILE_APP", "BETA_KANBAN")
DAILY_USE = 0.22


class Features:
    """Each tenant takes up features in an order of its own, and drops them from the end."""

    def __init__(self, database: Database, tenants: list[Tenant]) -> None:
        self._database = database
        self._order = [[*t.dice.sample(CORE, 4), *t.dice.sample(OPTIONAL, 10)] for t in tenants]
        self._adopted: list[set[str]] = [set() for _ in tenants]
        self._count = 0

    def found(self, tenant: Tenant) -> None:
        """Features in use before the history begins, and a few that were tried and dropped."""
        if tenant.born >= tenant.span.start or not tenant.users:
            return
        used = features_used(tenant.level(Trait.FEATURES, tenant.span.start))
        dropped = tenant.dice.randint(0, 2)
        for key in self._order[tenant.number][: used + dropped]:
            self._adopt(tenant, tenant.dice.randint(tenant.born, tenant.span.start - 1), key)
        if tenant.dice.random() < 0.08:
            self._adopt(tenant, tenant.span.start - 1, tenant.dice.choice(UNTRACKED))

    def live(self, tenant: Tenant, day: int) -> None:
        """Use some of the features that the tenant works with."""
        for key in self._order[tenant.number][: features_used(tenant.level(Trait.FEATURES, day))]:
            if tenant.dice.random() < DAILY_USE:
                self._use(tenant, day, key)

    def _use(self, tenant: Tenant, day: int, key: str) -> None:
        if key not in self._adopted[tenant.number]:
            self._adopt(tenant, day, key)
            return
        now, times = at_work(day, tenant.dice), tenant.dice.randint(1, 12)
        self._database.add(Change.FEATURE_IS_USED, (now, times, now, tenant.id, key))

    def _adopt(self, tenant: Tenant, day: int, key: str) -> None:
        self._count += 1
        self._adopted[tenant.number].add(key)
        now = at_work(day, tenant.dice)
        row = (f"fea_{self._count:05}", tenant.id, key, now, now, 1, now, now)
        self._database.add(Change.NEW_FEATURE, row)
