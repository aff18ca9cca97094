"""The address of the portfolio, which holds all of its state."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

from client_health.dashboard.words import RISK_WORDS, TREND_WORDS
from client_health.errors import UsageError
from client_health.store.portfolio import Filters, Sort

SIZES = ("50", "100", "200")
LONGEST = 200  # characters of a word to search for or to filter by
_ALLOWED: dict[str, tuple[str, ...]] = {
    "risk": ("", *RISK_WORDS),
    "trend": ("", *TREND_WORDS),
    "mine": ("", "0", "1"),
    "sort": get_args(Sort),
    "limit": SIZES,
}


@dataclass(frozen=True)
class State:
    """What a visitor asks to see; empty: not narrowed. `mine`: "1" own tenants, "0" everybody's,
    "" where the visitor owns none or has not said."""

    search: str = ""
    risk: str = ""
    trend: str = ""
    segment: str = ""
    owner: str = ""
    industry: str = ""
    mine: str = ""
    sort: Sort = "change"
    limit: str = SIZES[0]
    cursor: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> Self:
        """The state that an address holds; raises UsageError that names what cannot be understood."""
        known = {name: given[name] for name in _PLAIN if name in given}
        checked: dict[str, Any] = {name: _checked(name, value) for name, value in known.items()}
        return cls(**checked)

    def for_visitor(self, owns: bool) -> Self:
        """The same as a visitor sees it: one's own tenants first, unless an owner is asked for by name."""
        if not owns:
            return replace(self, mine="")
        return replace(self, mine="0" if self.owner else self.mine or "1")

    @property
    def query(self) -> dict[str, str]:
        """What differs from the plain page."""
        return {name: value for name in _PLAIN if (value := getattr(self, name)) != _PLAIN[name]}

    @property
    def is_narrowed(self) -> bool:
        """Whether something can be cleared."""
        return self.plain != replace(self, cursor="")

    @property
    def plain(self) -> Self:
        """The same view of all tenants that the visitor looks at."""
        return type(self)(mine=self.mine, sort=self.sort, limit=self.limit)

    @property
    def page_size(self) -> int:
        """How many tenants stand on a page."""
        return int(self.limit)

    def url(self, path: str = "/", **changes: Any) -> str:
        """The address with some of this changed, from its first page unless told otherwise."""
        query = replace(self, **{"cursor": "", **changes}).query
        return f"{path}?{urlencode(query)}" if query else path

    def filters(self, own: tuple[str, ...]) -> Filters:
        """The same for the store; `own` are the names under which the visitor owns tenants."""
        return Filters(
            search=self.search or None,
            risk_level=self.risk or None,
            trend=self.trend or None,
            segment=self.segment or None,
            industry=self.industry or None,
            owner=self.owner or None,
            owned_by=own if self.mine == "1" else None,
        )


_PLAIN: dict[str, str] = asdict(State())


def history_entry(shown_at: str | None, asked: State, owns: bool) -> dict[str, str]:
    """The header that tells htmx what becomes of the address, given the page that it stands on.

    Typing replaces the address and everything else is a step that Back undoes. Nothing where it is the
    same: a search box that loses its focus sends its form once more.
    """
    before = _state_at(shown_at, owns)
    if before == asked:
        return {}
    only_typed = before is not None and replace(before, search=asked.search) == asked
    return {"HX-Replace-Url" if only_typed else "HX-Push-Url": asked.url(cursor=asked.cursor)}


def _state_at(address: str | None, owns: bool) -> State | None:
    try:
        return State.parse(dict(parse_qsl(urlsplit(address or "").query))).for_visitor(owns)
    except (UsageError, ValueError):
        return None


def _checked(name: str, value: str) -> str:
    allowed = _ALLOWED.get(name)
    if allowed is not None and value not in allowed:
        raise UsageError(f"{name}: {value!r} is none of {', '.join(word for word in allowed if word)}")
    if "\0" in value or len(value) > (1000 if name == "cursor" else LONGEST):
        raise UsageError(f"{name}: {LONGEST} characters of plain text at most")
    return value if name == "cursor" else value.strip()
