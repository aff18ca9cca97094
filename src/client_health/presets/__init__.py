"""Ready-made tenants, feature and usage queries for known application schemas."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

PRESETS = ("casework",)


@dataclass(frozen=True)
class PresetQuery:
    """One usage query, and the settings in which it differs from the defaults."""

    sql: str
    settings: dict[str, str | int]


@dataclass(frozen=True)
class PresetFeature:
    """A feature of the application that is worth tracking."""

    key: str
    name: str
    category: str


@dataclass(frozen=True)
class PresetMeasure:
    """A measure that is worth comparing between tenants."""

    measure: str
    name: str
    high_is_good: bool


@dataclass(frozen=True)
class Preset:
    """The queries of one application schema in one SQL dialect, its tracked features, what is compared."""

    tenants_sql: str
    features_sql: str
    catalogue: tuple[PresetFeature, ...]
    usage: dict[str, PresetQuery]
    benchmarks: tuple[PresetMeasure, ...]


def load_preset(name: str, dialect: Literal["postgresql", "sqlite"]) -> Preset:
    """Read the preset `name` for `dialect`; ValueError if there is none."""
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}: choose one of {', '.join(PRESETS)}")
    folder = resources.files(__name__) / name
    described = tomllib.loads((folder / "preset.toml").read_text("utf-8"))
    queries = folder / dialect
    if not queries.is_dir():
        raise ValueError(f"preset {name!r} has no dialect {dialect!r}: choose postgresql or sqlite")
    return Preset(
        tenants_sql=_sql(queries, "tenants"),
        features_sql=_sql(queries, "features"),
        catalogue=tuple(PresetFeature(**feature) for feature in described["features"]["catalogue"]),
        usage={
            key: PresetQuery(_sql(queries, key), settings) for key, settings in described["usage"].items()
        },
        benchmarks=tuple(PresetMeasure(**one) for one in described["benchmarks"]["measures"]),
    )


def _sql(folder: Traversable, name: str) -> str:
    return (folder / f"{name}.sql").read_text("utf-8").strip()
