"""The folder of a demo: emptied, and given the configuration that `client-health init` would write."""

import shutil
from dataclasses import replace
from pathlib import Path

from client_health.cli.init import ADDRESS, render
from client_health.errors import UsageError
from client_health.presets import load_preset

APPLICATION = "app.db"
CONFIG = "client-health.toml"
CONTRACT = {
    "segment": "segment",
    "arr": "arr",
    "renewalDate": "renewal_date",
    "successManager": "owner",
}
_MARK = "# Made by `make demo`, which empties this folder whenever it is called again.\n"


def prepare(folder: Path) -> Path:
    """Empty the folder and write the configuration; raises UsageError where it holds something else."""
    config = folder / CONFIG
    _require_ours(folder, config)
    folder.mkdir(parents=True, exist_ok=True)
    for one in folder.iterdir():
        if one != config:  # it goes last, so that an interrupted removal can be told from a stranger's folder
            _remove(one)
    preset = load_preset("casework", "sqlite")
    text = render(replace(preset, tenants_sql=_with_contracts(preset.tenants_sql)))
    config.write_text(_MARK + text.replace(f"${{{ADDRESS}}}", f"sqlite:///{APPLICATION}"), "utf-8")
    return config


def _with_contracts(tenants_sql: str) -> str:
    """The preset's tenants query with what this application also keeps: terms and who looks after them."""
    columns = "".join(
        f",\n  json_extract(settings, '$.{key}') as {attribute}" for key, attribute in CONTRACT.items()
    )
    head, _, tail = tenants_sql.rpartition("\nfrom organizations")
    return f"{head}{columns}\nfrom organizations{tail}"


def _require_ours(folder: Path, config: Path) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not config.is_file() or not config.read_text("utf-8", "replace").startswith(_MARK):
        raise UsageError(f"--folder: {folder} is no demo and would be emptied; name an empty or a new folder")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
