"""Cases and their investigations: opened, due, overdue, closed."""

from collections import defaultdict

from client_health.demo.world.database import Change, Database
from client_health.demo.world.days import WORK_ENDS, at, at_work, day_text, is_weekend
from client_health.demo.world.tenant import Tenant
from client_health.demo.world.traits import Trait, on_time_share

LATE_CASE_WEIGHT = 34 / 30  # a late case counts while it is overdue, about 4 days, and for 30 days after
WARNING_DAYS = 4


class Cases:
    """Plans the whole life of a case on the day that it is opened."""

    def __init__(self, database: Database, tenants: list[Tenant]) -> None:
        self._database = database
        self._opened = 0
        self._investigated = 0
        self._inflow = [tenant.dice.random() for tenant in tenants]
        self._lateness: defaultdict[int, float] = defaultdict(float)

    def live(self, tenant: Tenant, day: int) -> None:
        """Open the day's cases; at weekends nobody reports."""
        if is_weekend(day):
            return
        self._inflow[tenant.number] += tenant.case_pace / 30 * 7 / 5
        while self._inflow[tenant.number] >= 1:
            self._inflow[tenant.number] -= 1
            self._open(tenant, day)

    def _open(self, tenant: Tenant, day: int) -> None:
        self._opened += 1
        case, now, dice = f"cas_{self._opened:06}", at_work(day, tenant.dice), tenant.dice
        reference = f"CASE-{day_text(day)[:4]}-{self._opened:06}"
        self._database.add(Change.NEW_CASE, (case, reference, tenant.id, now, now))
        kind = dice.random()
        if kind < 0.02:
            merges = day + dice.randint(1, 5)
            self._plan(merges, tenant, Change.CASE_MERGES, at_work(merges, dice), case)
            return
        opens = day + dice.randint(1, 2)
        self._plan(opens, tenant, Change.CASE_OPENS, at_work(opens, dice), case)
        closes: int | None = day + dice.randint(3, 12)
        if kind > 0.08:
            closes = self._investigate(tenant, case, day, now, 2 if kind > 0.93 else 1)
        if closes is not None:
            self._close(tenant, case, closes)

    def _close(self, tenant: Tenant, case: str, day: int) -> None:
        outcome = at(day, WORK_ENDS + tenant.dice.randrange(3600))
        self._database.plan(day, tenant.number, Change.CASE_CLOSES, (outcome, outcome, case))
        if tenant.dice.random() < 0.03:
            edited = day + tenant.dice.randint(20, 70)
            self._plan(edited, tenant, Change.CASE_IS_EDITED, at_work(edited, tenant.dice), case)

    def _investigate(self, tenant: Tenant, case: str, day: int, now: str, count: int) -> int | None:
        """Open the investigations; answers the day on which the last one closes, if ever."""
        late = self._is_late(tenant, day)
        ends: list[int | None] = []
        for number in range(1, count + 1):
            due = day + tenant.dice.randint(16, 20)
            closes: int | None = day + tenant.dice.randint(6, 14)
            if late and number == count:
                closes = None if day >= tenant.rots_from else due + tenant.dice.randint(2, 8)
            self._plan_investigation(tenant, case, number, now, due, closes)
            ends.append(closes)
        return None if None in ends else max(end for end in ends if end is not None)

    def _is_late(self, tenant: Tenant, day: int) -> bool:
        """Spreads late cases evenly, so that a month holds its share of them."""
        late = 1 - on_time_share(tenant.level(Trait.CASES, day + 12))
        self._lateness[tenant.number] += late / (LATE_CASE_WEIGHT - (LATE_CASE_WEIGHT - 1) * late)
        if self._lateness[tenant.number] < 1:
            return False
        self._lateness[tenant.number] -= 1
        return True

    def _plan_investigation(
        self, tenant: Tenant, case: str, number: int, now: str, due: int, closes: int | None
    ) -> None:
        self._investigated += 1
        investigation, dice = f"inv_{self._investigated:06}", tenant.dice
        row = (investigation, case, tenant.id, number, at_work(due, dice), now, now)
        self._database.add(Change.NEW_INVESTIGATION, row)
        for day, sla in ((due - WARNING_DAYS, "WARNING"), (due + 1, "OVERDUE")):
            if closes is None or day < closes:
                when = at_work(day, dice)
                self._database.plan(day, tenant.number, Change.SLA_CHANGES, (sla, when, investigation))
        if closes is not None:
            end = at_work(closes, dice)
            change = Change.INVESTIGATION_CLOSES
            self._database.plan(closes, tenant.number, change, (end, end, investigation))

    def _plan(self, day: int, tenant: Tenant, change: Change, when: str, case: str) -> None:
        self._database.plan(day, tenant.number, change, (when, case))
