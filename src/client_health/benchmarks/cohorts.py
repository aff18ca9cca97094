"""Who is compared with whom: industry, size band, segment, and industry × size band."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from client_health.benchmarks.distributions import NONE, Codes
from client_health.scorecard.rounding import Floats
from client_health.store.tenants import folded
from client_health.usage.size_bands import SIZE_BANDS, band_named

ANY = ""
FAMILIES: tuple[tuple[str, ...], ...] = ((), ("industry",), ("size",), ("segment",), ("industry", "size"))


class Cohort(NamedTuple):
    """Case-folded industry, id of the size band, case-folded segment; "" stands for any."""

    industry: str = ANY
    size: str = ANY
    segment: str = ANY

    @property
    def family(self) -> tuple[str, ...]:
        """The names of the attributes that it asks for."""
        return tuple(name for name in ("industry", "size", "segment") if getattr(self, name) != ANY)

    def among(self, family: Sequence[str]) -> "Cohort":
        """The cohort of those who share these of its attributes."""
        return Cohort(**{name: getattr(self, name) for name in family})

    def of(self) -> list["Cohort"]:
        """Every cohort to which somebody with all of these attributes belongs, the widest first."""
        return [self.among(family) for family in FAMILIES if set(family) <= set(self.family)]


ALL = Cohort()


@dataclass(frozen=True)
class Attribute:
    """An attribute of many tenants: `codes` are places in `keys` and `labels`, NONE where there is none."""

    codes: Codes
    keys: Sequence[str]
    labels: Sequence[str]

    def of_each(self) -> list[str]:
        """The key of each tenant, "" where it has none."""
        return [ANY if code == NONE else self.keys[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class Family:
    """The cohorts of one combination of attributes: each tenant's cohort as a code, NONE: in none of them."""

    codes: Codes
    names: Sequence[str]
    parts: Sequence[Attribute]

    def cohort(self, code: int) -> tuple[Cohort, str]:
        """A cohort by its code, and its industry or segment as people write it."""
        chosen, label = {}, ""
        for name, part in reversed(list(zip(self.names, self.parts, strict=True))):
            code, place = divmod(code, len(part.keys))
            chosen[name], label = part.keys[place], part.labels[place]
        return Cohort(**chosen), label


def texts(values: Sequence[str | None]) -> Attribute:
    """An attribute of text in which case does not matter; labelled as most tenants write it."""
    places: dict[str, int] = {}
    labels: list[str] = []
    code_of: dict[str | None, int] = {}
    for text, _ in sorted(Counter(values).items(), key=lambda one: (-one[1], one[0] or "")):
        if text is None or text == ANY:
            code_of[text] = NONE
            continue
        code_of[text] = places.setdefault(folded(text), len(places))
        if code_of[text] == len(labels):
            labels.append(text)
    codes = np.fromiter((code_of[text] for text in values), dtype=np.int64, count=len(values))
    return Attribute(codes, list(places), labels)


def size_bands(employees: Floats) -> Attribute:
    """The size bands of employee counts; in none where the count is unknown (NaN) or 0."""
    codes = np.searchsorted([band.first for band in SIZE_BANDS], employees, side="right") - 1
    codes[np.isnan(employees)] = NONE
    return Attribute(codes, [band.id for band in SIZE_BANDS], [ANY] * len(SIZE_BANDS))


def families(attributes: dict[str, Attribute], count: int) -> Iterator[Family]:
    """All cohorts of `count` tenants, family by family."""
    for names in FAMILIES:
        codes = np.zeros(count, dtype=np.int64)
        parts = [attributes[name] for name in names]
        for part in parts:
            absent = (codes == NONE) | (part.codes == NONE)
            codes = np.where(absent, NONE, codes * len(part.keys) + part.codes)
        yield Family(codes, names, parts)


def words(cohort: Cohort, label: str) -> str:
    """A cohort as people call it; `label` is its industry or segment as they write it."""
    if cohort == ALL:
        return "All tenants"
    band = band_named(cohort.size) if cohort.size else None
    parts = [
        label if cohort.industry else "",
        f"{band.label} employees" if band else "",
        f"Segment {label}" if cohort.segment else "",
    ]
    return ", ".join(part for part in parts if part)
