"""Debian's Chromium without root: its packages unpacked into a folder, where apt keeps its state as well."""

import re
import shutil
import subprocess
from pathlib import Path

_PROGRAM = Path("usr/lib/chromium/chromium")
_DONE = "complete"


def chromium(folder: Path) -> tuple[Path, dict[str, str]]:
    """The program and its environment, unpacked first where it is not there yet."""
    root = folder / "root"
    if not (folder / _DONE).exists():
        shutil.rmtree(root, ignore_errors=True)
        for package in _fetch(folder):
            subprocess.run(
                ["dpkg", "-x", str(package), str(root)], check=True, capture_output=True, text=True
            )
        for rest in ("packages", "apt"):
            shutil.rmtree(folder / rest, ignore_errors=True)
        (folder / _DONE).touch()
    return root / _PROGRAM, _environment(root)


def _fetch(folder: Path) -> list[Path]:
    """The packages of Chromium, and of what it needs and the machine lacks."""
    options = _apt_folders(folder / "apt")
    _apt(folder, *options, "update")
    plan = _apt(folder, *options, "--simulate", "--no-install-recommends", "install", "chromium")
    missing = re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
    into = folder / "packages"
    into.mkdir(exist_ok=True)
    _apt(into, *options, "download", *missing)
    return sorted(into.glob("*.deb"))


def _apt_folders(state: Path) -> list[str]:
    """Options for an apt of our own, which knows what the machine has and writes only below `state`."""
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    values = {
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": state / "cache",
        "Dir::Log": state,
        "Debug::NoLocking": "true",
    }
    return [part for name, value in values.items() for part in ("-o", f"{name}={value}")]


def _apt(folder: Path, *arguments: str) -> str:
    command = ["apt-get", "-q", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def _environment(root: Path) -> dict[str, str]:
    """Where the program finds its libraries and, on a machine without any, its fonts."""
    folders = [*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*"), root / _PROGRAM.parent]
    nested = [
        one for folder in folders for one in folder.iterdir() if one.is_dir() and any(one.glob("lib*.so*"))
    ]
    found = {"LD_LIBRARY_PATH": ":".join(map(str, [*folders, *nested]))}
    if not Path("/etc/fonts/fonts.conf").exists():
        found |= {"FONTCONFIG_FILE": str(_font_settings(root)), "XDG_DATA_HOME": str(root / "usr/share")}
    return found


def _font_settings(root: Path) -> Path:
    settings = root / "fonts.conf"
    fonts, cache = root / "usr/share/fonts", root / "font-cache"
    settings.write_text(
        f"<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>\n", encoding="utf-8"
    )
    return settings
