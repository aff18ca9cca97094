"""The JSON Schemas of the two configuration files, for editors and for the reference."""

import json
from typing import Any

from pydantic import BaseModel

from client_health.scorecard.model import Scorecard
from client_health.settings.model import Settings

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DURATION = r"^\s*\d+(\.\d+)?(ms|s|min|h|d)\s*$"


def settings_schema() -> Schema:
    """The schema of `client-health.toml`."""
    return _schema(Settings, "client-health.toml")


def scorecard_schema() -> Schema:
    """The schema of a scorecard file."""
    return _schema(Scorecard, "scorecard.toml")


def as_text(schema: Schema) -> str:
    """The file that editors read."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def is_duration(field: Schema) -> bool:
    """Whether a setting is a duration: a number of seconds that people write as text such as "60s"."""
    return any(isinstance(one, str) for one in field.get("examples", ())) and "anyOf" in field


def _schema(model: type[BaseModel], title: str) -> Schema:
    schema = {"$schema": DIALECT, **model.model_json_schema(), "title": title}
    for section in (schema, *schema["$defs"].values()):
        for name, field in section["properties"].items():
            section["properties"][name] = _readable(field)
    return schema


def _readable(field: Schema) -> Schema:
    """Without the title that only repeats the key; durations may be text; misspelt names are marked."""
    kept = {key: value for key, value in field.items() if key not in {"title", "ge", "le"}}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    if kept.get("type") == "number" and any(isinstance(one, str) for one in kept.get("examples", ())):
        limits = {"minimum": field.get("ge", 0), "maximum": field.get("le", 86_400)}
        seconds = {"type": kept.pop("type"), **limits}
        kept["anyOf"] = [{"type": "string", "pattern": DURATION}, seconds]
        kept["default"] = kept["examples"][0]
    return kept
