"""`db retain`: says what goes before it goes, and nothing goes without the section."""

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_scorecard import said

NIGHTS = ("2026-01-30", "2026-01-31", "2026-03-10")


@pytest.fixture
def nights(cli) -> Cli:
    """Two nights of January and one of March."""
    for night in NIGHTS:
        assert cli("run", "--as-of", night).returncode == 0
    return cli


def configure(cli: Cli, text: str) -> None:
    path = cli.folder / "client-health.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_what_would_go_is_told_and_then_goes(nights):
    configure(nights, "[retention]\ndaily_days = 31\n")
    told = nights("db", "retain", "--dry-run").stdout
    assert "1 dates, 8 rows would go." in told
    assert [line.split() for line in told.splitlines() if line.startswith("2026-01")] == [
        ["2026-01", "2026-01-31", "1", "4", "4"]
    ]
    assert "1 dates, 8 rows gone." in said(nights("db", "retain"))
    for arguments in ((), ("--dry-run",)):
        assert "No month is old enough: nothing to roll up." in said(nights("db", "retain", *arguments))


def test_without_the_section_nothing_goes_and_the_defaults_can_be_tried(nights):
    assert "Nothing is dropped: the configuration has no section [retention]." in said(nights("db", "retain"))
    assert nights("run", "--as-of", "2027-12-31").returncode == 0
    told = said(nights("db", "retain", "--dry-run"))
    assert "1 dates, 8 rows would go." in told
    assert "There is none, so everything stays." in told


def test_an_empty_store_has_nothing_to_drop(cli):
    configure(cli, "[retention]\n")
    assert "No month is old enough" in said(cli("db", "retain"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("daily_days = 30", "retention.daily_days"),
        ("months = -1", "retention.months"),
        ("dayly_days = 400", "retention.dayly_days"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(nights, line, message):
    configure(nights, f"[retention]\n{line}\n")
    done = nights("db", "retain")
    assert done.returncode == 1
    assert message in done.stderr


def test_a_backfill_says_which_dates_will_not_last(nights):
    configure(nights, "[retention]\ndaily_days = 31\n")
    done = nights("backfill", "--from", "2025-12-30", "--to", "2025-12-31")
    assert "1 of these dates are older than retention.daily_days keeps" in done.stderr
