"""`init`: a file to start from, which loads as it is."""

import tomllib

import pytest

from client_health.settings import load_settings
from tests.presets.asking import TRACKED


def test_init_writes_a_file_that_loads(empty, tmp_path):
    done = empty("init")
    assert done.returncode == 0, done.stderr
    settings = load_settings(tmp_path / "client-health.toml")
    assert settings.source.url == "${APP_DATABASE_URL}"
    assert settings.store.url.startswith("sqlite:///")
    assert (settings.schedule.cron, settings.timezone) == ("0 2 * * *", "UTC")


def test_init_never_overwrites_a_file_unless_told_to(empty, tmp_path):
    file = tmp_path / "client-health.toml"
    file.write_text("mine")
    done = empty("init")
    assert (done.returncode, file.read_text()) == (1, "mine")
    assert "--force" in done.stderr
    assert empty("init", "--force").returncode == 0
    assert load_settings(file)


def test_init_writes_where_config_says(empty, tmp_path):
    assert empty("init", "--config", "other.toml").returncode == 0
    assert (tmp_path / "other.toml").exists()
    assert not (tmp_path / "client-health.toml").exists()


@pytest.mark.parametrize(
    ("options", "address", "dialect"),
    [
        ((), None, "postgresql"),
        ((), "postgresql://app@host/app", "postgresql"),
        ((), "sqlite:///app.db", "sqlite"),
        (("--dialect", "sqlite"), None, "sqlite"),
        (("--dialect", "postgresql"), "sqlite:///app.db", "postgresql"),
    ],
)
def test_the_preset_comes_in_the_dialect_of_the_source(empty, tmp_path, options, address, dialect):
    environment = {} if address is None else {"APP_DATABASE_URL": address}
    assert empty("init", "--preset", "casework", *options, **environment).returncode == 0
    settings = load_settings(tmp_path / "client-health.toml")
    named = {"login", "case_resolution", "campaign_completion", "feature_adoption", "support_tickets"}
    assert named <= set(settings.usage)
    assert settings.usage["login"].past == "missing"
    assert settings.features is not None
    assert [feature.key for feature in settings.features.catalogue] == list(TRACKED)
    (days,) = settings.benchmarks.measures
    assert (days.measure, days.name) == ("days_to_close", "Days to close a case (median)")
    assert not days.high_is_good
    assert ("->>" in settings.tenants.sql) == (dialect == "postgresql")
    assert "hunter2" not in (tmp_path / "client-health.toml").read_text()


def test_an_unknown_preset_or_dialect_is_2_and_writes_nothing(empty, tmp_path):
    assert empty("init", "--preset", "nonsense").returncode == 2
    assert empty("init", "--dialect", "oracle").returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_written_file_holds_no_empty_section(empty, tmp_path):
    empty("init", "--preset", "casework")
    found = tomllib.loads((tmp_path / "client-health.toml").read_text())
    assert all(query["sql"].strip() for query in found["usage"].values())


def test_a_folder_that_cannot_be_written_is_a_sentence(empty):
    done = empty("init", "--config", "missing/client-health.toml")
    assert done.returncode in {1, 2}
    assert "missing" in done.stderr
