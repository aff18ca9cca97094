"""The address of a tenant's page, which holds all of its state."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from client_health.store.history import View

DAYS = 90
RANGES = ((30, "30 d"), (90, "90 d"), (180, "180 d"), (365, "1 y"))
VIEWS: tuple[tuple[View, str], ...] = (("comparable", "Comparable"), ("reported", "As reported"))


def tenant_address(tenant_id: str, rest: str = "") -> str:
    """The path of a tenant's page, or of something below it; any id can stand in it."""
    return f"/tenants/{quote(tenant_id, safe='')}{rest}"


@dataclass(frozen=True)
class Asked:
    """What a visitor asks to see of a tenant. `first` and `last`: the dates whose change is explained.

    `all_notes`: however old they are.
    """

    tenant_id: str
    days: int = DAYS
    view: View = "comparable"
    first: date | None = None
    last: date | None = None
    job: str | None = None
    all_notes: bool = False

    @property
    def query(self) -> dict[str, str]:
        """What differs from the plain page, without the job."""
        asked = {
            "days": str(self.days) if self.days != DAYS else "",
            "view": self.view if self.view != "comparable" else "",
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "notes": "all" if self.all_notes else "",
        }
        return {name: value for name, value in asked.items() if value}

    def below(self, rest: str) -> str:
        """What stands below the tenant's path, without a query."""
        return tenant_address(self.tenant_id, rest)

    def address(self, rest: str = "", **changes: Any) -> str:
        """The page with some of this changed; `rest` is what stands below the tenant's path.

        The job is told once: it stays in the address only if it is given.
        """
        changed = replace(self, **{"job": None, **changes})
        query = changed.query | ({"job": changed.job} if changed.job else {})
        return tenant_address(self.tenant_id, rest) + (f"?{urlencode(query)}" if query else "")
