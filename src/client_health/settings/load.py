"""Reading TOML files, and turning what is wrong with them into sentences."""

import stat
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
from client_health.visible import in_one_line

MAX_BYTES = 1_000_000
SHOWN = 50  # faults of one file
LONGEST = 60  # characters of a key or a value in a message
Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]


def load_settings(path: Path) -> Settings:
    """Read `client-health.toml`; raises ConfigError that names file, key, value and what is allowed."""
    values = _read(path, "there is no such file; `client-health init` writes one")
    settings = _validate(Settings, values, path)
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
    return _validate(Scorecard, _read(path, "there is no such scorecard file"), path)


def builtin_scorecard() -> Scorecard:
    """The scorecard that the package ships."""
    return Scorecard.model_validate(tomllib.loads(builtin_text()))


def builtin_text() -> str:
    """The built-in scorecard as TOML."""
    return resources.files("client_health.scorecard").joinpath("builtin.toml").read_text("utf-8")


def _read(path: Path, absent: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except FileNotFoundError:
        raise ConfigError(f"{path}: {absent}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read: it is no text in UTF-8: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: not valid TOML: nested too deeply") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:  # Python's own limit to the digits of a number
        raise ConfigError(f"{path}: not valid TOML: a number in it has thousands of digits") from None


def _text(path: Path) -> str:
    """The text of a file, if it is one: a pipe might never end."""
    if "\0" in str(path):
        raise FileNotFoundError
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise ConfigError(f"{path}: cannot be read: it is a folder, a pipe or a device; a file is needed")
    if about.st_size > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES:,} bytes; this is not a configuration file")
    return path.read_text("utf-8-sig")  # some editors begin a file with a byte-order mark


def _validate(model: type[Model], values: dict[str, Any], path: Path) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        told = problems(error)
        more = [f"and {len(told) - SHOWN:,} more"] if len(told) > SHOWN else []
        raise ConfigError("\n".join(f"{path}: {line}" for line in [*told[:SHOWN], *more])) from None


def problems(error: ValidationError) -> list[str]:
    """One sentence per fault: the key, what is wrong, the value where it is short."""
    told = [(_key(place), message) for place, message in located(error)]
    return [f"{key}: {message}" if key else message for key, message in told]


def located(error: ValidationError) -> list[tuple[Place, str]]:
    """The same with the place of each fault apart from what is wrong there."""
    faults: list[dict[str, Any]] = [dict(fault) for fault in error.errors(include_url=False)]
    return [(fault["loc"], _message(fault)) for fault in faults if not _follows_from_another(fault, faults)]


def _key(place: Place) -> str:
    """A key as it is written, shortened where somebody wrote a novel."""
    parts = [in_one_line(str(part)) for part in place]
    return ".".join(part if len(part) <= LONGEST else f"{part[: LONGEST - 1]}…" for part in parts)


def _follows_from_another(fault: dict[str, Any], faults: list[dict[str, Any]]) -> bool:
    """A list whose entries are wrong is also called too short, which is not what is wrong with it."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in faults
    )


def _may_hold_a_password(key: str, value: object) -> bool:
    return key.endswith(("url", "secret")) or (isinstance(value, str) and "://" in value)


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
        message += f" (it is {_shown(fault['input'])})"
    return message


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python does not write numbers of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}…"
