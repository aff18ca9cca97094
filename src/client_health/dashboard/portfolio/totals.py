"""The counts above the list: tenants by risk level, own and others', and by score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from client_health.store.portfolio_counts import Count

LEVELS = ("HIGH", "MEDIUM", "LOW", "UNKNOWN")  # in the order in which somebody has to act


@dataclass(frozen=True)
class Tile:
    """A count that is a filter; `level` is empty for all tenants, `share` is of these.

    `were_high`: of the tenants about whom too little is known, those who were critical when last known.
    """

    level: str
    tenants: int
    share: float | None
    is_chosen: bool
    were_high: int = 0


@dataclass(frozen=True)
class Totals:
    """What the counts amount to in one view: the visitor's own tenants or all, one risk level or all."""

    counts: Sequence[Count]
    only_own: bool
    risk: str

    @property
    def shown(self) -> list[Count]:
        """The counts of the tenants that are listed."""
        return [one for one in self._in_scope if self.risk in {"", one.risk_level}]

    @property
    def listed(self) -> int:
        """How many tenants are listed, on all pages."""
        return _sum(self.shown)

    @property
    def own(self) -> int:
        """How many of the visitor's own tenants would be listed."""
        return _sum(one for one in self._at_level if one.is_own)

    @property
    def all(self) -> int:
        """How many tenants would be listed, whoever owns them."""
        return _sum(self._at_level)

    @property
    def tiles(self) -> list[Tile]:
        """All, and each level; the one of too little data only where there is such a tenant."""
        total = _sum(self._in_scope)
        counted = {level: _sum(one for one in self._in_scope if one.risk_level == level) for level in LEVELS}
        tiles = [Tile("", total, None, not self.risk)]
        for level, tenants in counted.items():
            if tenants or level != "UNKNOWN" or self.risk == level:
                share = tenants / total if total else None
                were_high = _sum(one for one in self._in_scope if one.were_high) if level == "UNKNOWN" else 0
                tiles.append(Tile(level, tenants, share, self.risk == level, were_high))
        return tiles

    @property
    def mean(self) -> float | None:
        """Of the listed tenants that have a score."""
        scored = [(one.overall, one.tenants) for one in self.shown if one.overall is not None]
        tenants = sum(count for _, count in scored)
        return sum(score * count for score, count in scored) / tenants if tenants else None

    @property
    def _in_scope(self) -> list[Count]:
        return [one for one in self.counts if one.is_own or not self.only_own]

    @property
    def _at_level(self) -> list[Count]:
        return [one for one in self.counts if self.risk in {"", one.risk_level}]


def _sum(counts: Iterable[Count]) -> int:
    return sum(one.tenants for one in counts)
