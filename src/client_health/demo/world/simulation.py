"""The world: begins with a history and then lives day by day."""

from datetime import date
from pathlib import Path

from client_health.demo.world import names
from client_health.demo.world.campaigns import Campaigns
from client_health.demo.world.cases import Cases
from client_health.demo.world.contracts import contract
from client_health.demo.world.database import Change, Database
from client_health.demo.world.days import at, day_text
from client_health.demo.world.features import Features
from client_health.demo.world.people import People
from client_health.demo.world.stories import CAST, Story
from client_health.demo.world.tenant import Span, Tenant, populate
from client_health.demo.world.tickets import Tickets

HISTORY_DAYS = 100  # so that windows of 30 and 90 days are full on the first day


class World:
    """A simulated application with its SQLite database."""

    def __init__(self, path: Path, *, tenants: int = 250, first_day: date, days: int, seed: int = 7) -> None:
        """Create the application's database as it stood at the start of `first_day`."""
        begin = first_day.toordinal()
        span = Span(begin - HISTORY_DAYS, begin + days - 1)
        self._next_day = span.start
        self._tenants = populate(tenants, span, seed)
        self._database = Database(path)
        self._people = People(self._database, self._tenants, seed)
        self._cases = Cases(self._database, self._tenants)
        self._campaigns = Campaigns(self._database, self._tenants)
        self._features = Features(self._database, self._tenants)
        self._tickets = Tickets(self._database, self._people, self._tenants)
        present = {tenant.name for tenant in self._tenants}
        self.stories: dict[str, Story] = {role.name: role.story for role in CAST if role.name in present}
        self._begin(span.start, begin)

    def live(self, day: date) -> None:
        """Let one day happen; days are lived in order."""
        if day.toordinal() != self._next_day:
            raise ValueError(f"the next day to live is {day_text(self._next_day)}, not {day.isoformat()}")
        with self._database.transaction():
            self._happen(self._next_day)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _begin(self, start: int, first_day: int) -> None:
        for tenant in self._tenants:
            if tenant.born < start:
                self._found(tenant)
        with self._database.transaction():
            for day in range(start, first_day):
                self._happen(day)

    def _happen(self, day: int) -> None:
        for tenant in self._tenants:
            if tenant.born == day:
                self._found(tenant)
        for number, change, row in self._database.due(day):
            if self._tenants[number].writes(day):
                self._database.add(change, row)
        for tenant in self._tenants:
            if tenant.users and tenant.writes(day):
                self._live(tenant, day)
        self._people.log_in(day)
        self._database.write()
        self._next_day = day + 1

    def _live(self, tenant: Tenant, day: int) -> None:
        self._people.turn_over(tenant, day)
        self._cases.live(tenant, day)
        self._campaigns.live(tenant, day)
        self._features.live(tenant, day)
        self._tickets.live(tenant, day)

    def _found(self, tenant: Tenant) -> None:
        created = at(tenant.born, 5 * 3600)
        terms = contract(tenant.number, tenant.users, tenant.span.end)
        settings = names.settings(tenant.dice, tenant.industry, tenant.users, tenant.number, terms)
        slug, active = names.slug(tenant.name), int(tenant.is_active)
        row = (tenant.id, tenant.name, slug, settings, active, created, created)
        self._database.add(Change.NEW_ORGANIZATION, row)
        self._people.found(tenant)
        self._features.found(tenant)
