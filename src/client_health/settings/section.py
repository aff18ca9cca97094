"""What the sections of `client-health.toml` share: how strict they are, and how durations are written."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86_400}


class Section(BaseModel):
    """A section: misspelt keys are errors, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _seconds(value: object) -> object:
    """Read "60s", "500ms", "2min", "1h" or "1d" as seconds; a number is seconds already."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value.strip())
        if not match:
            raise ValueError('write a duration as "500ms", "60s", "2min", "1h" or "1d"')
        return float(match[1]) * _SECONDS[match[2]]
    return value


Duration = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=86_400)]
LongDuration = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=3650 * 86_400)]
