"""What the provider's claims about a person mean here: a role, a user name, a display name."""

from collections.abc import Mapping
from typing import Any

from client_health.accounts import names
from client_health.settings.access import OidcSettings
from client_health.store.keys import ROLES, Role

Claims = Mapping[str, Any]


def role(claims: Claims, settings: OidcSettings) -> Role | None:
    """The highest role that the map gives for the values of the role claim, else the default one."""
    found = find(claims, settings.role_claim)
    values = found if isinstance(found, list) else [found]
    given = [settings.roles[value] for value in values if isinstance(value, str) and value in settings.roles]
    return max(given, key=ROLES.index, default=settings.default_role)


def user_name(claims: Claims, settings: OidcSettings) -> str:
    """The name that a new user gets: from the name claim, else the address, else the subject."""
    wanted = (find(claims, settings.name_claim), claims.get("email"), claims["sub"])
    given = next(one for one in wanted if isinstance(one, str) and one.strip())
    visible = "".join(mark if mark.isprintable() else " " for mark in names.normal(given))
    return ".".join(visible.split())[: names.LONGEST - 10] or "user"


def display_name(claims: Claims, name: str) -> str:
    """How a person is shown: the standard claim `name`, else the user name."""
    given = claims.get("name")
    shown = " ".join(given.split()) if isinstance(given, str) else ""
    return "".join(mark for mark in shown if mark.isprintable())[: names.LONGEST] or name


def find(claims: Claims, path: str) -> Any:
    """A claim by its name, or by the names that lead into it: `realm_access.roles`."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
