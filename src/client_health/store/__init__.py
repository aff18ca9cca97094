"""Client Health's own database: SQLite or PostgreSQL, one schema, all SQL of it in this package."""
