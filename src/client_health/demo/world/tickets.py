"""Support tickets: opened by a user, resolved after some days, closed a little later."""

from client_health.demo.world.database import Change, Database
from client_health.demo.world.days import at_work
from client_health.demo.world.people import People
from client_health.demo.world.tenant import Tenant
from client_health.demo.world.traits import Trait, tickets_per_month

PRIORITIES = ("LOW", "MEDIUM", "MEDIUM", "HIGH")
STORM = 20.0  # tickets a month: from here on they are urgent


class Tickets:
    """Tickets come at a tenant's own pace, a little irregularly."""

    def __init__(self, database: Database, people: People, tenants: list[Tenant]) -> None:
        self._database = database
        self._people = people
        self._annoyance = [tenant.dice.random() for tenant in tenants]
        self._opened = 0

    def live(self, tenant: Tenant, day: int) -> None:
        """Open the day's tickets."""
        pace = tickets_per_month(tenant.level(Trait.TICKETS, day))
        self._annoyance[tenant.number] += pace / 30
        while self._annoyance[tenant.number] >= 1:
            self._annoyance[tenant.number] -= tenant.dice.uniform(0.7, 1.3)
            self._open(tenant, day, "HIGH" if pace > STORM else tenant.dice.choice(PRIORITIES))

    def _open(self, tenant: Tenant, day: int, priority: str) -> None:
        user = self._people.someone(tenant)
        if user is None:
            return
        self._opened += 1
        ticket, now = f"tic_{self._opened:05}", at_work(day, tenant.dice)
        row = (ticket, tenant.id, user, f"TKT-{self._opened:05}", priority, now, now)
        self._database.add(Change.NEW_TICKET, row)
        resolves = day + tenant.dice.randint(1, 9)
        self._settle(tenant, resolves, Change.TICKET_RESOLVES, ticket)
        self._settle(tenant, resolves + tenant.dice.randint(2, 6), Change.TICKET_CLOSES, ticket)

    def _settle(self, tenant: Tenant, day: int, change: Change, ticket: str) -> None:
        when = at_work(day, tenant.dice)
        self._database.plan(day, tenant.number, change, (when, when, ticket))
