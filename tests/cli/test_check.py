"""`check`: what a run would see, without storing anything."""

import sqlite3
import threading

from client_health.jobs.attempt import wait_for_turn
from client_health.settings import load_settings
from client_health.store import migrate
from client_health.store.engine import open_store


def test_check_shows_queries_measures_and_components_and_stores_nothing(cli, tmp_path):
    cli.app.tenant("anna", active=1, users=0)
    cli.app.tenant("ben", tickets=7)
    done = cli("check")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines() if len(line.split()) > 3}
    assert "4 active tenants" in done.stdout
    assert lines["usage.login"][1] == "4"
    assert lines["usage.tickets"][-5:] == ["support_tickets", "0", "0", "7", "0"]
    assert lines["total_users"] == ["total_users", "0", "10", "10", "0"]
    # component, weight, scored, empty, left out, missing, median
    assert lines["login"] == ["login", "60%", "3", "1", "0", "0", "100"]
    assert lines["tickets"][:6] == ["tickets", "40%", "4", "0", "0", "0"]
    assert "would publish" in done.stdout
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert connection.execute("select count(*) from runs").fetchone() == (0,)
        assert connection.execute("select count(*) from tenants").fetchone() == (0,)


def test_check_names_measures_that_no_query_returns(cli, tmp_path):
    config = tmp_path / "client-health.toml"
    config.write_text(config.read_text().replace("tickets as support_tickets", "tickets as complaints"))
    done = cli("check")
    assert done.returncode == 0
    assert "no query returns the measure support_tickets" in " ".join(done.stderr.split())
    assert "complaints" in done.stderr


def test_check_names_measures_that_cannot_be_compared(cli, tmp_path):
    config = tmp_path / "client-health.toml"
    more = '[[benchmarks.measures]]\nmeasure = "{}"\nname = "One"\n'
    config.write_text(config.read_text() + more.format("days_to_close") + more.format("total_users"))
    said = " ".join(cli("check").stderr.split())
    assert "benchmarks.measures: no query returns the measure days_to_close; it is not compared" in said
    assert "the measure total_users" not in said


def test_check_names_bad_values_by_query_tenant_and_column(cli):
    cli.app.tenant("ben", active=-1)
    done = cli("check")
    assert done.returncode == 0
    assert "usage.login" in done.stderr
    assert "ben" in done.stderr
    assert "active_users" in done.stderr


def test_check_is_1_where_a_run_would_fail(cli):
    cli.app.break_table("orgs")
    done = cli("check")
    assert (done.returncode, "A run would fail" in done.stderr) == (1, True)
    cli.app.mend_table("orgs")
    cli.app.execute("update orgs set active = 0")
    done = cli("check")
    assert (done.returncode, "no row" in done.stderr) == (1, True)
    cli.app.execute("update orgs set active = 1")
    cli.app.break_table("logins")
    done = cli("check")
    assert (done.returncode, "failed" in done.stdout, "usage.login" in done.stderr) == (0, True, True)
    cli.app.break_table("tickets")
    assert cli("check").returncode == 1


def test_check_says_which_columns_hold_instants_that_never_compare_right(cli, tmp_path):
    cli.app.execute("create table seen (org text, at text)")
    cli.app.execute("insert into seen values ('anna', '2026-03-01T10:00:00Z')")
    config = tmp_path / "client-health.toml"
    extra = (
        'sql = "select org as tenant_id, count(*) as seen from seen where at >= :window_start group by org"'
    )
    config.write_text(config.read_text().replace("[scorecard]", f"[usage.seen]\n{extra}\n[scorecard]"))
    done = cli("check")
    assert done.returncode == 0
    assert "seen.at" in done.stderr
    assert "2026-03-01T10:00:00Z" in done.stderr


def test_check_waits_for_the_end_of_a_run(cli):
    store = open_store(load_settings(cli.folder / "client-health.toml"))
    migrate.upgrade(store)
    with wait_for_turn(store, threading.Event()):
        waiting = cli.start("check", "--no-plans")
        assert "a run is active; waiting for its end" in waiting.stderr.readline()
        assert waiting.poll() is None
    out, _ = waiting.communicate(timeout=60)
    assert (waiting.returncode, "A run would publish scores." in out) == (0, True)


def test_check_shows_plans_unless_told_not_to(cli):
    assert "SCAN logins" in cli("check").stdout
    assert "SCAN logins" not in cli("check", "--no-plans").stdout


def test_check_is_1_where_the_fleet_has_shrunk_too_much(cli):
    for number in range(6):
        cli.app.tenant(f"t{number}")
    assert cli("run").returncode == 0
    cli.app.execute("delete from orgs where id like 't%'")
    done = cli("check")
    assert (done.returncode, "lost 6 of 10" in " ".join(done.stderr.split())) == (1, True)


def test_check_names_a_query_that_writes_or_lacks_the_tenant(cli, tmp_path):
    config = tmp_path / "client-health.toml"
    config.write_text(config.read_text().replace("org as tenant_id, active_users", "org, active_users"))
    done = cli("check")
    assert "tenant_id" in done.stderr
    config.write_text(
        config.read_text().replace("select org, active_users", "delete from logins; select 1, ")
    )
    cli("check")
    with sqlite3.connect(tmp_path / "app.db") as connection:
        assert connection.execute("select count(*) from logins").fetchone() == (4,)
