"""Reading client-health.toml and scorecard files, and the sentences that a mistake earns."""

from pathlib import Path

import pytest

from client_health.errors import ConfigError
from client_health.settings import Settings, load_scorecards, load_settings
from client_health.settings.load import MAX_BYTES, builtin_scorecard, builtin_text, load_scorecard_file

MINIMAL = """
[source]
url = "sqlite:///app.db"

[tenants]
sql = "select id as tenant_id from organizations"

[usage.login]
sql = "select organization_id as tenant_id, count(*) as active_users from users group by 1"
"""

DESIGN = '''
# client-health.toml
[store]
url = "sqlite:///client-health.db"        # or postgresql://…

[source]
url = "${APP_DATABASE_URL}"
pause_ms = 100
statement_timeout = "60s"

[tenants]
sql = """
select id as tenant_id, name, slug, created_at as since,
       settings->>'industrySector' as industry, settings->>'employeeCount' as employee_count
from organizations where is_active
"""

[usage.login]                 # also: window_days = 30, absent = "zero" | "missing", source = "NAME"
past = "missing"                          # last_login_at is state, not history
sql = """
select organization_id as tenant_id,
       count(*) filter (where last_login_at >= :window_start) as active_users,
       count(*) as total_users
from users where is_active group by organization_id
"""

[features]                                # which features each tenant uses, for the feature grid
sql = "select organization_id as tenant_id, feature_key, first_used_at, last_used_at from feature_adoptions"

[schedule]
cron = "0 2 * * *"                        # in `timezone`

[scorecard]
file = "scorecard.toml"                   # left out: the built-in scorecard
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "client-health.toml"


def load(file: Path, text: str) -> Settings:
    file.write_text(text, "utf-8")
    return load_settings(file)


def fault(file: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(file, text)
    return str(caught.value)


def test_the_example_of_the_design_is_understood(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APP_DATABASE_URL", raising=False)
    settings = load(file, DESIGN)
    assert settings.source is not None
    assert (settings.source.pause_ms, settings.source.statement_timeout) == (100, 60.0)
    assert settings.usage["login"].past == "missing"
    assert settings.scorecard.file == "scorecard.toml"
    assert settings.features is not None


def test_a_minimal_file_has_the_defaults_of_the_design(file: Path) -> None:
    settings = load(file, MINIMAL)
    source, login = settings.source_named("default"), settings.usage["login"]
    assert (source.pause_ms, source.statement_timeout, source.gentle, source.shards) == (100, 60.0, True, 1)
    assert (login.window_days, login.absent, login.past, login.source) == (30, "zero", "asked", "default")
    assert (settings.timezone, settings.schedule.cron, settings.runs.attempts) == ("UTC", "0 2 * * *", 3)
    assert (settings.runs.max_lost_share, settings.runs.max_lost_tenants) == (0.2, 5)
    assert settings.store.url == "sqlite:///client-health.db"
    assert settings.path == file.resolve()


def test_a_missing_file_says_how_to_get_one(file: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file; `client-health init` writes one") as caught:
        load_settings(file)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_toml_is_named_with_the_line(file: Path) -> None:
    told = fault(file, "[source\nurl = 1")
    assert told.startswith(f"{file}: not valid TOML: ")
    assert "line 1" in told


def test_a_file_that_is_not_text_is_named(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(file)


def test_a_folder_is_not_a_configuration_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)


def test_a_file_far_too_large_is_not_even_parsed(file: Path) -> None:
    assert "1,000,000 bytes" in fault(file, MINIMAL + "#" * MAX_BYTES)


def test_a_deeply_nested_file_is_refused_in_words(file: Path) -> None:
    assert "not valid TOML" in fault(file, "a = " + "[" * 20_000)


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("[sauce]\nurl = 1", "sauce: unknown key"),
        ("[schedule]\ncorn = '0 2 * * *'", "schedule.corn: unknown key"),
        ("[usage.tickets]\nsql = 'select 1'\nwindow = 3", "usage.tickets.window: unknown key"),
        ("[schedule]\ncron = 'every night'", "schedule.cron: not a cron expression of five fields"),
        ("[schedule]\ncron = '0 0 2 * * *'", "(it is '0 0 2 * * *')"),
        ("[schedule]\ncron = '61 2 * * *'", "(it is '61 2 * * *')"),
        (
            "[schedule]\ncatch_up = 0",
            "catch_up: Input should be greater than or equal to 1 (it is 0)",
        ),
        (
            "[runs]\nbackoff = '10'",
            'runs.backoff: write a duration as "500ms", "60s", "2min", "1h" or "1d" (it is',
        ),
        ("[runs]\nbackoff = '-1s'", "runs.backoff: write a duration"),
        ("[runs]\nbackoff = -1", "runs.backoff: Input should be greater than or equal to 0"),
        ("[runs]\nattempts = 0", "runs.attempts: Input should be greater than or equal to 1"),
        ("[runs]\nattempts = 'many'", "runs.attempts: Input should be a valid integer"),
        ("[runs]\nmax_lost_share = nan", "runs.max_lost_share: Input should be a finite number"),
        ("[usage.tickets]\nsql = ''", "usage.tickets.sql: String should have at least 1 character"),
        ("[usage.tickets]\nsource = 'default'", "usage.tickets.sql: is required and missing"),
        (
            "[usage.tickets]\nsql = 'select 1'\nabsent = 'nil'",
            "Input should be 'zero' or 'missing' (it is 'nil')",
        ),
        (
            "[usage.tickets]\nsql = 'select 1'\npast = 'no'",
            "Input should be 'asked' or 'missing' (it is 'no')",
        ),
        ("[usage.tickets]\nsql = 'select 1'\nwindow_days = 0", "usage.tickets.window_days: "),
        ("[usage.'Log In']\nsql = 'select 1'", "usage.Log In"),
        ("[usage.tickets]\nsql = 'select 1'\nsource = 'desk'", "there is no source 'desk'; known: default"),
        ("[features]\nsql = 'select 1'\nsource = 'desk'", "features.source: there is no source 'desk'"),
        ("[sources.desk]\npause_ms = 1", "sources.desk.url: is required and missing"),
    ],
)
def test_a_mistake_is_told_by_file_key_value_and_what_is_allowed(file: Path, added: str, told: str) -> None:
    message = fault(file, MINIMAL + added)
    assert message.startswith(f"{file}: ")
    assert told in message


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe", "CET+99"])
def test_an_unknown_time_zone_is_refused(file: Path, zone: str) -> None:
    told = fault(file, f"timezone = '{zone}'\n" + MINIMAL)
    assert "timezone: not a time zone of the IANA database, such as Europe/Berlin" in told
    assert f"(it is {zone!r})" in told


def test_every_mistake_has_its_own_line(file: Path) -> None:
    told = fault(file, MINIMAL + "[runs]\nattempts = 0\nbackoff = 'soon'\nspeed = 9")
    assert [line.split(": ")[1] for line in told.splitlines()] == [
        "runs.attempts",
        "runs.backoff",
        "runs.speed",
    ]


def test_without_a_source_the_queries_have_nobody_to_ask(file: Path) -> None:
    told = fault(file, MINIMAL.replace('[source]\nurl = "sqlite:///app.db"', ""))
    assert "known: none: add a [source] section" in told


def test_without_a_usage_query_there_is_nothing_to_score(file: Path) -> None:
    assert "usage: is required and missing" in fault(file, MINIMAL.split("[usage")[0])
    assert "usage: " in fault(file, MINIMAL.split("[usage")[0] + "[usage]")


def test_a_second_source_may_answer_a_query(file: Path) -> None:
    more = "[sources.desk]\nurl = 'sqlite:///desk.db'\n[usage.tickets]\nsql = 'select 1'\nsource = 'desk'"
    settings = load(file, MINIMAL + more)
    assert settings.source_names == {"default", "desk"}
    assert settings.source_named("desk").url == "sqlite:///desk.db"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("'500ms'", 0.5),
        ("'60s'", 60),
        ("'1.5s'", 1.5),
        ("'2min'", 120),
        ("'1h'", 3600),
        ("' 5s '", 5),
        ("7", 7),
    ],
)
def test_a_duration_has_a_unit_or_is_in_seconds(file: Path, written: str, seconds: float) -> None:
    assert load(file, MINIMAL + f"[runs]\nbackoff = {written}").runs.backoff == seconds


@pytest.mark.parametrize("written", ["'0s'", "0", "'0.1ms'"])
def test_a_statement_timeout_cannot_be_switched_off(file: Path, written: str) -> None:
    told = fault(file, MINIMAL.replace('app.db"', f'app.db"\nstatement_timeout = {written}'))
    assert "source.statement_timeout" in told


def test_the_schedule_may_be_off(file: Path) -> None:
    assert load(file, MINIMAL + "[schedule]\ncron = 'off'").schedule.cron == "off"


@pytest.mark.parametrize(
    "mistake",
    [
        "[store]\nurl = 'postgresql://app:geheim@db/app'\nusername = 'x'",
        "[store]\nurl = ['postgresql://app:geheim@db/app']",
        "store = 'postgresql://app:geheim@db/app'",
        "[store]\nadress = 'postgresql://app:geheim@db/app'",
        "[sources]\ndesk = 'postgresql://app:geheim@db/app'",
        "[runs]\nbackoff = 'postgresql://app:geheim@db/app'",
    ],
)
def test_no_message_shows_a_password(file: Path, mistake: str) -> None:
    above, below = ("", mistake) if mistake.startswith("[") else (mistake, "")
    assert "geheim" not in fault(file, "\n".join([above, MINIMAL, below]))


def test_settings_cannot_be_changed(file: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(file, MINIMAL).timezone = "Asia/Tokyo"  # type: ignore[misc]


def test_without_a_file_the_scorecard_is_the_builtin_one(file: Path) -> None:
    assert load_scorecards(load(file, MINIMAL)).scorecards == (builtin_scorecard(),)


def test_a_scorecard_file_lies_beside_the_configuration(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    (tmp_path / "ours.toml").write_text(builtin_text().replace('name = "default"', 'name = "ours"'), "utf-8")
    settings = load(file, MINIMAL + "[scorecard]\nfile = 'ours.toml'")
    assert load_scorecards(settings).scorecards[0].name == "ours"


def test_a_missing_scorecard_file_is_named(file: Path, tmp_path: Path) -> None:
    settings = load(file, MINIMAL + "[scorecard]\nfile = 'gone.toml'")
    with pytest.raises(ConfigError, match="there is no such scorecard file") as caught:
        load_scorecards(settings)
    assert str(tmp_path / "gone.toml") in str(caught.value)


def test_a_mistake_in_a_scorecard_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.toml"
    path.write_text(builtin_text().replace("weight = 0.20", "weight = 0.30"), "utf-8")
    with pytest.raises(ConfigError, match=r"the weights sum to 1\.1, not to 1") as caught:
        load_scorecard_file(path)
    assert str(caught.value).startswith(f"{path}: ")


COMPARED = '[[benchmarks.measures]]\nmeasure = "days"\nname = "Days"\n'


def test_more_is_better_unless_a_compared_measure_says_otherwise(file: Path) -> None:
    file.write_text(MINIMAL + COMPARED)
    (days,) = load_settings(file).benchmarks.measures
    assert (days.measure, days.name, days.high_is_good) == ("days", "Days", True)


def test_a_measure_is_compared_once(file: Path) -> None:
    file.write_text(MINIMAL + COMPARED + COMPARED)
    with pytest.raises(ConfigError, match="'days' stands in it more than once"):
        load_settings(file)
