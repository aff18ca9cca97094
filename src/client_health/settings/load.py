"""Reading TOML files, and turning what is wrong with them into sentences."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from client_health.errors import ConfigError
from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.model import Settings

MAX_BYTES = 1_000_000
Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]


def load_settings(path: Path) -> Settings:
    """Read `client-health.toml`; raises ConfigError that names file, key, value and what is allowed."""
    if not path.exists():
        raise ConfigError(f"{path}: there is no such file; `client-health init` writes one")
    settings = _validate(Settings, _read(path), path)
    settings._path = path.resolve()
    return settings


def load_scorecards(settings: Settings) -> ScorecardSet:
    """The scorecards that the settings name, or the built-in one; raises ConfigError."""
    folder = settings.path.parent
    return load_scorecard_files([folder / name for name in settings.scorecard.names])


def load_scorecard_files(paths: Sequence[Path]) -> ScorecardSet:
    """A set of the scorecards in these files, or of the built-in one where there are none."""
    cards = tuple(load_scorecard_file(path) for path in paths) or (builtin_scorecard(),)
    try:
        return ScorecardSet(cards)
    except ValueError as error:
        raise ConfigError(f"{', '.join(str(path) for path in paths)}: {error}") from None


def load_scorecard_file(path: Path) -> Scorecard:
    """Read a scorecard file; raises ConfigError as `load_settings` does."""
    if not path.exists():
        raise ConfigError(f"{path}: there is no such scorecard file")
    return _validate(Scorecard, _read(path), path)


def builtin_scorecard() -> Scorecard:
    """The scorecard that the package ships."""
    return Scorecard.model_validate(tomllib.loads(builtin_text()))


def builtin_text() -> str:
    """The built-in scorecard as TOML."""
    return resources.files("client_health.scorecard").joinpath("builtin.toml").read_text("utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES:,} bytes; this is not a configuration file")
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def _validate(model: type[Model], values: dict[str, Any], path: Path) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{path}: {line}" for line in problems(error))) from None


def problems(error: ValidationError) -> list[str]:
    """One sentence per fault: the key, what is wrong, the value where it is short."""
    told = [(".".join(str(part) for part in place), message) for place, message in located(error)]
    return [f"{key}: {message}" if key else message for key, message in told]


def located(error: ValidationError) -> list[tuple[Place, str]]:
    """The same with the place of each fault apart from what is wrong there."""
    faults: list[dict[str, Any]] = [dict(fault) for fault in error.errors(include_url=False)]
    return [(fault["loc"], _message(fault)) for fault in faults if not _follows_from_another(fault, faults)]


def _follows_from_another(fault: dict[str, Any], faults: list[dict[str, Any]]) -> bool:
    """A list whose entries are wrong is also called too short, which is not what is wrong with it."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in faults
    )


def _may_hold_a_password(key: str, value: object) -> bool:
    return key.endswith(("url", "secret")) or "://" in str(value)


def _message(fault: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    message: str = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "unknown key; check its spelling against the configuration reference"
    elif fault["type"] == "missing":
        message = "is required and missing"
    elif isinstance(fault["input"], str | int | float | bool) and not _may_hold_a_password(
        key, fault["input"]
    ):
        shown = repr(fault["input"])
        message += f" (it is {shown if len(shown) <= 60 else shown[:57] + '…'})"
    return message
