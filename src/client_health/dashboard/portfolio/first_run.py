"""What a service without scores says: what is connected, and what to do next."""

from dataclasses import dataclass

from client_health.errors import ConfigError
from client_health.settings.addresses import resolve_address
from client_health.settings.model import Settings


@dataclass(frozen=True)
class SourceState:
    """A source of the configuration; `fault` says why its address cannot be used, without the address."""

    name: str
    queries: int
    fault: str | None


def source_states(settings: Settings) -> list[SourceState]:
    """Every source of the settings, whether its address can be used, and how many queries ask it."""
    asked = [query.source for _, query in settings.queries()]
    names = sorted(settings.source_names, key=lambda name: (name not in asked, name))
    return [SourceState(name, asked.count(name), _fault(settings, name)) for name in names]


def _fault(settings: Settings, name: str) -> str | None:
    key = (
        "source.url"
        if settings.source and settings.source_named(name) is settings.source
        else f"sources.{name}.url"
    )
    try:
        resolve_address(settings.source_named(name).url, key, settings.path.parent)
    except ConfigError as fault:
        return str(fault)
    return None
