"""Health scoring: pure functions over columns. No database, no web framework, no settings, no clock."""
