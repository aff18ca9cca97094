"""Configuration and scorecards as nobody would write them: read, or refused by file, key and value."""

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client_health.errors import ConfigError
from client_health.scorecard.model import Scorecard
from client_health.settings import Settings, load_scorecards, load_settings
from client_health.settings.addresses import resolve_address
from client_health.settings.load import builtin_text, load_scorecard_file
from client_health.visible import is_seen
from tests.cli.conftest import Cli, Forks, clean_environment
from tests.settings.test_load import DESIGN, MINIMAL

Load = Callable[[Path], Settings | Scorecard]
LOADS: dict[str, tuple[Load, str]] = {
    "settings": (load_settings, DESIGN),
    "scorecard": (load_scorecard_file, builtin_text()),
}
NOBODY = 65534
LONGEST_LINE = 1000
fuzzing = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def told(load: Load, path: Path) -> str | None:
    """What is said of a file; None where it can be used. Anything but ConfigError is a fault of ours."""
    try:
        load(path)
    except ConfigError as error:
        message = str(error)
        for line in message.splitlines():
            assert line.startswith(f"{path}: "), line
            assert is_seen(line), line
            assert len(line) - len(str(path)) < LONGEST_LINE
        return message
    return None


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, -(2**63), 2**64, 10**400]),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "\0", "\x1b[31m", "\u202e", "${A", "${A}", "é" * 2000, "x" * 100_000, "1e400s", "∞"]
    ),
    st.dates(),
    st.datetimes(),
    st.times(),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something could stand instead: every key and every entry of a list."""
    found = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in found:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def changed(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The content with another value at a place, or without it where the value is None."""
    copy = dict(content) if isinstance(content, dict) else list(content)
    key, *rest = place
    if rest:
        copy[key] = changed(copy[key], tuple(rest), value)
    elif value is None:
        del copy[key]
    else:
        copy[key] = value
    return copy


def without_none(value: Any) -> Any:
    """TOML knows no null."""
    if isinstance(value, dict):
        return {key: without_none(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_none(one) for one in value if one is not None]
    return value


@pytest.mark.parametrize("kind", LOADS)
@fuzzing
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused_in_words(
    tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    load, text = LOADS[kind]
    content = tomllib.loads(text)
    place = data.draw(st.sampled_from(list(places(content))))
    bad = changed(content, place, without_none(data.draw(values)))
    path = tmp_path / "fuzzed.toml"
    path.write_text(tomlkit.dumps(bad), "utf-8", "surrogatepass")
    told(load, path)


@pytest.mark.parametrize("kind", LOADS)
@fuzzing
@given(data=st.data())
def test_a_file_with_a_few_bytes_changed_is_read_or_refused_in_words(
    tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    load, text = LOADS[kind]
    content = bytearray(text.encode())
    start = data.draw(st.integers(0, len(content)))
    content[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    path = tmp_path / "fuzzed.toml"
    path.write_bytes(content)
    told(load, path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe" + MINIMAL.encode("utf-16-le"), "it is no text in UTF-8"),
        (MINIMAL.encode() + b"# \xc3\x28", "it is no text in UTF-8"),
        (MINIMAL.encode() + b"a = '\0'", r"Found invalid character '\x00' (at line"),
        (MINIMAL.encode() + b"[runs]\nattempts = " + b"9" * 5000, "a number in it has thousands of digits"),
        (MINIMAL.encode() + b"[runs]\nattempts = " + b"9" * 4000, "runs.attempts: Input should be less"),
        (
            MINIMAL.encode() + b"[runs]\nattempts = 0x" + b"f" * 5000,
            "(it is a number of thousands of digits)",
        ),
        (MINIMAL.encode() + b"[runs]\nattempts = nan", "runs.attempts: Input should be a finite number"),
        (MINIMAL.encode() + b"[runs]\nmax_lost_share = inf", "runs.max_lost_share: Input should be a finite"),
        (MINIMAL.encode() * 2, "Cannot declare ('source',) twice"),
        (MINIMAL.encode() + b"a = " + b"[" * 900 + b"]" * 900, "nested too deeply"),
        (MINIMAL.encode() + b"a = " + b"{a = " * 900 + b"1" + b"}" * 900, "nested too deeply"),
        (b"#" * 10_000_000, "larger than 1,000,000 bytes"),
        (MINIMAL.encode() + b"['" + b"k" * 100_000 + b"']\na = 1", "kkk…: unknown key"),
        (MINIMAL.encode() + rb'["\u001b[31m"]', r"\x1b[31m: unknown key"),
        (MINIMAL.encode() + b"\n".join(b"[x%d]" % n for n in range(9000)), "and 8,950 more"),
        (MINIMAL.encode() + b"[schedule]\ncron = 'r r * * *'", "schedule.cron: not a cron expression"),
        (b"", "tenants: is required and missing"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    message = told(load_settings, path)
    assert message is not None
    assert said in message


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert told(load_settings, path) is None


@contextmanager
def as_nobody() -> Iterator[None]:
    """A user who may not read what is not shared with everybody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("load", [load_settings, load_scorecard_file])
def test_what_is_no_file_or_cannot_be_opened_is_told(tmp_path: Path, load: Load) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "file.toml").write_text(MINIMAL, "utf-8")
    (tmp_path / "file.toml").chmod(0)
    for name, said in {
        "pipe.toml": "it is a folder, a pipe or a device",
        ".": "it is a folder, a pipe or a device",
        "/dev/zero": "it is a folder, a pipe or a device",
        "loop.toml": "symbolic links",
        "file.toml/x.toml": "cannot be read: ",
        "x" * 5000: "File name too long",
        "a\0b": "there is no such",
    }.items():
        with pytest.raises(ConfigError, match=said):
            load(tmp_path / name)
    with as_nobody(), pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        load(tmp_path / "file.toml")


@pytest.mark.parametrize("name", ["../" * 300 + "x", "x" * 5000, ".", "/dev/zero", r"a\u0000b", "", "~"])
def test_a_scorecard_file_that_cannot_be_one_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / "client-health.toml"
    path.write_text(f'{MINIMAL}\n[scorecard]\nfile = "{name}"', "utf-8")
    with pytest.raises(ConfigError):
        load_scorecards(load_settings(path))


@pytest.mark.parametrize(
    "value", ["${LOOP}", "${OTHER}", "${LOOP", "$LOOP", "${}", "\0", "x" * 100_000, "://"]
)
def test_a_variable_is_filled_in_once_and_never_runs_in_a_circle(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    text = "${LOOP}" if "\0" not in value else value
    monkeypatch.setenv("LOOP", value.replace("\0", ""))
    monkeypatch.setenv("OTHER", "${LOOP}")
    with pytest.raises(
        ConfigError, match=r"source\.url: (not an address|the environment variable)"
    ) as caught:
        resolve_address(text, "source.url", Path())
    assert "LOOP}" not in str(caught.value)


BAD_FILES = [
    b"\xff",
    b"= 1",
    b"[x]",
    b"a = " + b"[" * 5000,
    b"a = '\0'",
    b"[runs]\nattempts = " + b"9" * 5000,
]


@pytest.mark.parametrize("content", BAD_FILES)
def test_the_command_says_what_is_wrong_and_ends_with_1(tmp_path: Path, forks: Forks, content: bytes) -> None:
    cli = Cli(tmp_path, forks, clean_environment())
    path = tmp_path / "client-health.toml"
    path.write_bytes(content)
    for command in ("check", "run", "status"):
        done = cli(command)
        assert (done.returncode, str(path.name) in done.stderr) == (1, True), done.stderr
    path.write_text(MINIMAL, "utf-8")
    (tmp_path / "card.toml").write_bytes(content)
    done = cli("scorecard", "validate", "card.toml")
    assert (done.returncode, "card.toml" in done.stderr) == (1, True), done.stderr
