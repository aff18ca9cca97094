"""The configuration file `client-health.toml`: what may stand in it, and how it is read."""

from client_health.settings.load import load_scorecards, load_settings
from client_health.settings.model import Settings, SourceSettings
from client_health.settings.queries import UsageQuery

__all__ = ["Settings", "SourceSettings", "UsageQuery", "load_scorecards", "load_settings"]
