"""Campaigns: drafted, scheduled, launched; their assignments completed in time or not."""

from collections import defaultdict

from client_health.demo.world.database import Change, Database
from client_health.demo.world.days import at, at_work
from client_health.demo.world.tenant import Tenant
from client_health.demo.world.traits import Trait, completed_share

SCHEDULED_AFTER, LAUNCHED_AFTER = 3, 6
DAYS_TO_DUE, REMINDED_AFTER, EXPIRES_AFTER = 30, 20, 45
CANCELLED_AFTER = 5
SMALLEST, LARGEST = 16, 45
SKIPPED = 0.03
KINDS = ("DISCLOSURE", "ATTESTATION")


class Campaigns:
    """Plans the whole life of a campaign on the day that it is drafted."""

    def __init__(self, database: Database, tenants: list[Tenant]) -> None:
        self._database = database
        self._offset = [t.dice.randrange(max(1, t.campaign_rhythm)) for t in tenants]
        self._drafted = 0
        self._assigned = 0
        self._carried: defaultdict[int, float] = defaultdict(float)

    def live(self, tenant: Tenant, day: int) -> None:
        """Draft a campaign at the tenant's rhythm, and now and then one that comes to nothing."""
        rhythm = tenant.campaign_rhythm
        if not rhythm or (day + self._offset[tenant.number]) % rhythm:
            return
        self._launch(tenant, self._draft(tenant, day), day + LAUNCHED_AFTER)
        if tenant.dice.random() < 0.05:
            self._draft(tenant, day)
        if tenant.dice.random() < 0.05:
            self._cancel(tenant, self._draft(tenant, day), day + LAUNCHED_AFTER)

    def _draft(self, tenant: Tenant, day: int) -> str:
        self._drafted += 1
        campaign, now = f"cam_{self._drafted:05}", at_work(day, tenant.dice)
        due = at(day + LAUNCHED_AFTER + DAYS_TO_DUE, 12 * 3600)
        kind = tenant.dice.choice(KINDS)
        name = f"{kind.title()} {self._drafted}"
        self._database.add(Change.NEW_CAMPAIGN, (campaign, tenant.id, name, kind, due, now, now))
        return campaign

    def _launch(self, tenant: Tenant, campaign: str, day: int) -> None:
        now = self._start(tenant, campaign, day)
        size = min(LARGEST, max(SMALLEST, tenant.users))
        skipped = sum(tenant.dice.random() < SKIPPED for _ in range(size))
        level = tenant.level(Trait.CAMPAIGNS, day + DAYS_TO_DUE)
        wanted = completed_share(level) * (size - skipped) + self._carried[tenant.number]
        completed = min(int(wanted), size - skipped)
        self._carried[tenant.number] = wanted - completed if completed < size - skipped else 0.0
        for position in range(size):
            status = "SKIPPED" if position < skipped else "PENDING"
            assignment = self._assign(tenant, campaign, day, now, position, status)
            if skipped <= position < skipped + completed:
                self._complete(tenant, assignment, day)
            elif position >= skipped:
                self._neglect(tenant, assignment, day)
        self._change_campaign(tenant, campaign, day + EXPIRES_AFTER, "COMPLETED")

    def _cancel(self, tenant: Tenant, campaign: str, day: int) -> None:
        now = self._start(tenant, campaign, day)
        for position in range(SMALLEST):
            self._assign(tenant, campaign, day, now, position, "PENDING")
        self._change_campaign(tenant, campaign, day + CANCELLED_AFTER, "CANCELLED")

    def _start(self, tenant: Tenant, campaign: str, day: int) -> str:
        scheduled = day - LAUNCHED_AFTER + SCHEDULED_AFTER
        self._change_campaign(tenant, campaign, scheduled, "SCHEDULED")
        now = at_work(day, tenant.dice)
        self._database.plan(day, tenant.number, Change.CAMPAIGN_LAUNCHES, (now, now, campaign))
        return now

    def _assign(self, tenant: Tenant, campaign: str, day: int, now: str, position: int, status: str) -> str:
        self._assigned += 1
        assignment, employee = f"asg_{self._assigned:06}", f"emp_{tenant.number + 1:04}_{position + 1:03}"
        due = at(day + DAYS_TO_DUE, 12 * 3600)
        row = (assignment, tenant.id, campaign, employee, status, now, due, now, now)
        self._database.plan(day, tenant.number, Change.NEW_ASSIGNMENT, row)
        return assignment

    def _complete(self, tenant: Tenant, assignment: str, launched: int) -> None:
        day = launched + tenant.dice.randint(1, DAYS_TO_DUE - 2)
        if day > launched + REMINDED_AFTER:
            self._change(tenant, assignment, launched + REMINDED_AFTER, "NOTIFIED")
        done = at_work(day, tenant.dice)
        self._database.plan(day, tenant.number, Change.ASSIGNMENT_COMPLETES, (done, done, assignment))

    def _neglect(self, tenant: Tenant, assignment: str, launched: int) -> None:
        self._change(tenant, assignment, launched + REMINDED_AFTER, "NOTIFIED")
        if tenant.dice.random() < 0.25:
            self._change(tenant, assignment, launched + REMINDED_AFTER + 4, "IN_PROGRESS")
        self._change(tenant, assignment, launched + DAYS_TO_DUE + 1, "OVERDUE")
        self._change(tenant, assignment, launched + EXPIRES_AFTER, "EXPIRED")

    def _change(self, tenant: Tenant, assignment: str, day: int, status: str) -> None:
        row = (status, at_work(day, tenant.dice), assignment)
        self._database.plan(day, tenant.number, Change.ASSIGNMENT_CHANGES, row)

    def _change_campaign(self, tenant: Tenant, campaign: str, day: int, status: str) -> None:
        row = (status, at_work(day, tenant.dice), campaign)
        self._database.plan(day, tenant.number, Change.CAMPAIGN_CHANGES, row)
