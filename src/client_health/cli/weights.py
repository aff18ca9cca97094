"""Writing weights that sum to 1 into a scorecard file, and nothing else of it."""

from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from client_health.errors import ConfigError
from client_health.scorecard.model import WEIGHT_TOLERANCE, normalised

MOST = 1e12


def normalise(path: Path) -> bool:
    """Scale the weights in the same proportions; comments and layout stay. True where something changed."""
    try:
        document = tomlkit.parse(path.read_text("utf-8"))
        parts = document["components"]
        weights = [float(part["weight"]) for part in parts]
    except (OSError, TOMLKitError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ConfigError(f"{path}: the weights cannot be read: {error}") from None
    if not weights or not all(0 < weight < MOST for weight in weights):
        raise ConfigError(f"{path}: every component needs a weight above 0 before they can be normalised")
    if abs(sum(weights) - 1) <= WEIGHT_TOLERANCE:
        return False
    for part, weight in zip(parts, normalised(weights), strict=True):
        part["weight"] = weight
    path.write_text(tomlkit.dumps(document), "utf-8")
    return True
