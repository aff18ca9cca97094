"""The page `configuration.md`: every key of both files, with type, default and what is allowed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from generating.markdown import NOTE, code, table
from generating.schemas import Schema, is_duration, scorecard_schema, settings_schema

TEMPLATE = Path(__file__).with_name("configuration.in.md")
HEAD = ("key", "meaning", "allowed", "default")
# Sections whose table would repeat that of another section.
SAME_AS = {"sources.NAME": "source"}


def page() -> str:
    """The page, from its template and the models."""
    text = TEMPLATE.read_text("utf-8")
    text = text.replace("{{settings}}", _reference(settings_schema()))
    return NOTE + "\n" + text.replace("{{scorecard}}", _reference(scorecard_schema()))


def _reference(schema: Schema) -> str:
    """A table of the keys at the top, then one per section."""
    fields = schema["properties"]
    sections = {key: (place, part) for key in fields for place, part in _sections(key, fields[key], schema)}
    top = _table({key: field for key, field in fields.items() if key not in sections}, schema)
    return "\n".join([f"### Top level\n\n{top}", *(_section(*one, schema) for one in sections.values())])


def _sections(key: str, field: Schema, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The section that a key of the top level opens, if it opens one, as it is written in TOML."""
    if name := _reference_in(field):
        yield f"[{key}]", schema["$defs"][name]
    elif name := _reference_in(_values_of(field)):
        yield f"[{key}.NAME]", schema["$defs"][name]
    elif name := _reference_in(field.get("items", {})):
        yield f"[[{key}]]", schema["$defs"][name]


def _values_of(field: Schema) -> Any:
    """What the values of a table with free names are."""
    return next(iter(field.get("patternProperties", {}).values()), field.get("additionalProperties"))


def _reference_in(field: Any) -> str | None:
    parts = [field, *field.get("anyOf", ())] if isinstance(field, dict) else []
    return next((part["$ref"].rsplit("/", 1)[1] for part in parts if "$ref" in part), None)


def _section(place: str, section: Schema, schema: Schema) -> str:
    same = SAME_AS.get(place.strip("[]"))
    body = f"The same keys as `[{same}]`.\n" if same else _table(section["properties"], schema, section)
    return "\n".join(
        [f"### `{place}`\n\n{section['description']}\n\n{body}", *_below(place, section, schema)]
    )


def _below(place: str, section: Schema, schema: Schema) -> Iterator[str]:
    """The tables that a section holds any number of."""
    for key, field in section["properties"].items():
        if name := _reference_in(field.get("items", {})):
            yield _section(f"[[{place.strip('[]')}.{key}]]", schema["$defs"][name], schema)


def _table(fields: dict[str, Schema], schema: Schema, section: Schema | None = None) -> str:
    required = (section or schema).get("required", ())
    return table(
        HEAD,
        [
            (code(key), field.get("description", ""), _allowed(field), _default(field, key in required))
            for key, field in fields.items()
        ],
    )


def _allowed(field: Schema) -> str:
    """Type and limits of a value, in words."""
    if is_duration(field):
        return "a duration such as " + code(f'"{field["examples"][0]}"')
    if "enum" in field:
        return ", ".join(code(f'"{value}"') for value in field["enum"])
    if "const" in field:
        return code(f'"{field["const"]}"')
    if "anyOf" in field:
        return ", or ".join(_allowed(part) for part in field["anyOf"] if part.get("type") != "null")
    return _TYPES[field["type"]](field)


def _text(field: Schema) -> str:
    if field.get("pattern"):
        return f"a name: `{field['pattern']}`"
    limit = f", at most {field['maxLength']} characters" if "maxLength" in field else ""
    return f"text{limit}"


def _number(field: Schema) -> str:
    word = "whole number" if field["type"] == "integer" else "number"
    low, high = field.get("minimum"), field.get("maximum")
    if "exclusiveMinimum" in field:
        end = f" up to {high:g}" if high is not None else ""
        return f"{word} above {field['exclusiveMinimum']:g}{end}"
    if high is not None:
        return f"{word} from {low:g} to {high:,.15g}"
    return f"{word} from {low:g}" if low is not None else word


def _list(field: Schema) -> str:
    items = field["items"]
    if _reference_in(items):
        return "tables of their own, see below"
    if items.get("type") == "string":
        return "list of texts"
    return f"list of at least {field.get('minItems', 0)} `[value, score]` points"


def _boolean(field: Schema) -> str:
    return "`true`, `false`"


def _map(field: Schema) -> str:
    return f"a table of text to {_allowed(field['additionalProperties'])}"


_TYPES: dict[str, Callable[[Schema], str]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "array": _list,
    "boolean": _boolean,
    "object": _map,
}


def _default(field: Schema, required: bool) -> str:
    if required:
        return "required"
    value = field.get("default")
    if value in (None, [], {}):
        return "left out"
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, str):
        return code(f'"{value}"')
    if isinstance(value, list):
        return code("[" + ", ".join(f'"{one}"' for one in value) + "]")
    return code(f"{value:g}") if isinstance(value, float) else code(value)
