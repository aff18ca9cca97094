"""A folder with a configuration, as `client-health` reads it: the preset over a source, and a store."""

from pathlib import Path

from client_health.presets import load_preset


def configure(folder: Path, source_url: str, store_url: str) -> Path:
    """Write `client-health.toml`; the five usage queries are those of the source's dialect."""
    preset = load_preset("casework", source_url.partition(":")[0])
    queries = [
        ("tenants", preset.tenants_sql),
        *((f"usage.{key}", one.sql) for key, one in preset.usage.items()),
    ]
    lines = [f'[store]\nurl = "{store_url}"\n\n[source]\nurl = "{source_url}"\n']
    lines += [f"[{name}]\nsql = '''\n{sql}'''\n" for name, sql in queries]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "client-health.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path
