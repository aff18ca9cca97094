"""The tracked features: the catalogue of the configuration, or every key that the query ever returned."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from client_health.settings.queries import FeaturesQuery

_BETWEEN_WORDS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Feature:
    """A feature as it is shown."""

    key: str
    name: str
    category: str | None


def tracked(query: FeaturesQuery, keys: Iterable[str]) -> list[Feature]:
    """The features that are shown, in order; `keys`, known from use, count only without a catalogue."""
    if query.catalogue:
        return [Feature(one.key, one.name or as_words(one.key), one.category) for one in query.catalogue]
    return [Feature(key, as_words(key), None) for key in sorted(keys)]


def as_words(key: str) -> str:
    """A key as people would write it: `CUSTOM_DASHBOARDS` and `customDashboards` are Custom dashboards."""
    return " ".join(_BETWEEN_WORDS.sub(" ", key).split()).capitalize() or key
