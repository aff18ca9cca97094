"""Users: who belongs to a tenant, who logs in, who leaves and who replaces them."""

import numpy as np
from numpy.typing import NDArray

from client_health.demo.world import names
from client_health.demo.world.database import Change, Database
from client_health.demo.world.days import WORK_BEGINS, at, at_work, before_work, is_weekend
from client_health.demo.world.tenant import Tenant
from client_health.demo.world.traits import Trait, active_share

WEEKEND_HABIT = 0.25
TURNOVER = 0.0006  # of the users are replaced every day


class People:
    """All users in columns, so that a day of logins is one calculation.

    A user logs in while the tenant's active share is above the user's reluctance.
    """

    def __init__(self, database: Database, tenants: list[Tenant], seed: int) -> None:
        self._database = database
        self._tenants = tenants
        self._rng = np.random.default_rng(seed)
        self._members: list[list[int]] = [[] for _ in tenants]
        self._joined = 0
        self._tenant = np.empty(0, dtype=np.int64)
        self._reluctance = np.empty(0)
        self._habit = np.empty(0)
        self._first_login = np.empty(0, dtype=np.int64)

    def found(self, tenant: Tenant) -> None:
        """The users that a tenant has when the world, or the tenant, begins."""
        reluctance = (np.arange(tenant.users) + 0.5) / max(1, tenant.users)
        self._rng.shuffle(reluctance)
        for _ in range(tenant.users):
            joined = tenant.dice.randint(tenant.born, max(tenant.born, tenant.span.start - 1))
            seen = tenant.dice.randint(joined, max(joined, tenant.span.start - 1))
            earlier = seen < tenant.span.start and tenant.dice.random() < 0.75
            self._join(tenant, joined, at_work(seen, tenant.dice) if earlier else None)
        self._append(tenant, reluctance, np.full(tenant.users, tenant.born))

    def log_in(self, day: int) -> None:
        """Everyone who feels like it logs in."""
        shares = np.array(
            [active_share(t.level(Trait.LOGIN, day)) if t.writes(day) else 0.0 for t in self._tenants]
        )
        habit = self._habit * (WEEKEND_HABIT if is_weekend(day) else 1.0)
        willing = (self._reluctance < shares[self._tenant]) & (self._first_login <= day)
        seen = np.flatnonzero(willing & (self._rng.random(len(habit)) < habit))
        seconds = self._rng.integers(WORK_BEGINS, 23 * 3600, len(seen))
        for user, second in zip(seen.tolist(), seconds.tolist(), strict=True):
            self._database.add(Change.USER_LOGS_IN, (at(day, second), _id(user)))

    def turn_over(self, tenant: Tenant, day: int) -> None:
        """Now and then somebody leaves and a successor takes over; a migration replaces every other user."""
        members = self._members[tenant.number]
        if day == tenant.moves_users_on:
            self._replace(tenant, day, members[::2], settling_days=26)
        elif tenant.dice.random() < TURNOVER * len(members):
            self._replace(tenant, day, [tenant.dice.choice(members)], settling_days=4)

    def someone(self, tenant: Tenant) -> str | None:
        """Any enabled user of the tenant."""
        members = self._members[tenant.number]
        return _id(tenant.dice.choice(members)) if members else None

    def _replace(self, tenant: Tenant, day: int, leavers: list[int], settling_days: int) -> None:
        for user in leavers:
            self._database.add(Change.USER_LEAVES, (at_work(day, tenant.dice), _id(user)))
            self._join(tenant, day, None)
        first = day + self._rng.integers(1, settling_days + 1, len(leavers))
        gone = set(leavers)
        self._members[tenant.number] = [m for m in self._members[tenant.number] if m not in gone]
        self._append(tenant, self._reluctance[leavers], first)
        self._reluctance[leavers] = np.inf

    def _join(self, tenant: Tenant, day: int, last_login: str | None) -> None:
        user = self._joined
        self._joined += 1
        self._members[tenant.number].append(user)
        joined = before_work(day, tenant.dice)
        address = names.email(tenant.dice, user, names.slug(tenant.name))
        role = tenant.dice.choice(names.ROLES)
        self._database.add(Change.NEW_USER, (_id(user), tenant.id, address, role, last_login, joined, joined))

    def _append(
        self, tenant: Tenant, reluctance: NDArray[np.float64], first_login: NDArray[np.int64]
    ) -> None:
        count = len(reluctance)
        self._tenant = np.append(self._tenant, np.full(count, tenant.number))
        self._reluctance = np.append(self._reluctance, reluctance)
        self._habit = np.append(self._habit, self._rng.uniform(0.22, 0.85, count))
        self._first_login = np.append(self._first_login, first_login)


def _id(user: int) -> str:
    return f"usr_{user + 1:06}"
