"""The simulated application: deterministic, consistent, and with a cast that lives its stories."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from client_health.demo.world import World

FIRST_DAY, DAYS, TENANTS = date(2026, 1, 5), 40, 25
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
KEYS = {
    "slow_slide", "champion_left", "ticket_storm", "recovery", "seasonal_dip",
    "new_customer", "data_stopped", "overdue_cases", "empty_tenant", "migration",
}  # fmt: skip


def lived(path: Path, days: int = DAYS, seed: int = 7) -> World:
    world = World(path, tenants=TENANTS, first_day=FIRST_DAY, days=DAYS, seed=seed)
    for day in range(days):
        world.live(FIRST_DAY + timedelta(days=day))
    return world


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world") / "app.db"


@pytest.fixture(scope="module")
def world(path: Path) -> Iterator[World]:
    world = lived(path)
    yield world
    world.close()


@pytest.fixture(scope="module")
def app(world: World, path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def tenant(app: sqlite3.Connection, world: World, key: str) -> str:
    name = next(name for name, story in world.stories.items() if story.key == key)
    (found,) = app.execute("select id from organizations where name = ?", (name,)).fetchone()
    return str(found)


def number(app: sqlite3.Connection, sql: str, *binds: str) -> int:
    return int(app.execute(sql, binds).fetchone()[0])


def instants(app: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = [name for (name,) in app.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        for column in [row[1] for row in app.execute(f"pragma table_info({table})")]:
            if column.endswith("_at"):
                yield table, column


def test_the_same_seed_lives_the_same_life(tmp_path: Path) -> None:
    dumps = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        lived(tmp_path / name, days=3, seed=seed).close()
        with sqlite3.connect(tmp_path / name) as app:
            dumps.append("\n".join(app.iterdump()))
    assert dumps[0] == dumps[1]
    assert dumps[0] != dumps[2]


def test_the_whole_cast_is_there_beside_its_neighbours(world: World, app: sqlite3.Connection) -> None:
    assert {story.key for story in world.stories.values()} == KEYS
    assert all(story.title and story.sentence.endswith(".") for story in world.stories.values())
    assert number(app, "select count(*) from organizations where is_active") == TENANTS
    assert number(app, "select count(*) from organizations where not is_active") > 0


def test_rows_belong_together_and_hold_known_values(app: sqlite3.Connection) -> None:
    assert app.execute("pragma foreign_key_check").fetchall() == []
    assert app.execute("pragma integrity_check").fetchone() == ("ok",)


def test_no_instant_lies_in_the_future_of_the_day_lived(app: sqlite3.Connection) -> None:
    for table, column in instants(app):
        latest = app.execute(f"select max({column}) from {table}").fetchone()[0]
        assert latest < f"{LAST_DAY + timedelta(days=1)} 00:00:00", (table, column)


def test_instants_are_text_that_compares(app: sqlite3.Connection) -> None:
    shape = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
    for table, column in instants(app):
        assert number(app, f"select count(*) from {table} where {column} not glob '{shape}'") == 0


def test_nothing_is_touched_before_it_exists(app: sqlite3.Connection) -> None:
    for table in ("users", "cases", "investigations", "campaigns", "campaign_assignments", "support_tickets"):
        assert number(app, f"select count(*) from {table} where updated_at < created_at") == 0
    assert number(app, "select count(*) from users where last_login_at < created_at") == 0
    orphans = "select count(*) from users u join organizations o on o.id = u.organization_id"
    assert number(app, f"{orphans} where u.created_at < o.created_at") == 0


def test_closed_cases_have_closed_investigations_and_late_ones_are_overdue(app: sqlite3.Connection) -> None:
    joined = "select count(*) from investigations i join cases c on c.id = i.case_id"
    active = "join organizations o on o.id = i.organization_id and o.is_active"
    assert number(app, f"{joined} where c.status = 'CLOSED' and i.closed_at is null") == 0
    past = f"{joined} {active} where c.status <> 'CLOSED' and i.closed_at is null and i.due_date < ?"
    silent = "and o.name <> 'Quietwater Utilities'"
    assert number(app, f"{past} and i.sla_status <> 'OVERDUE' {silent}", f"{LAST_DAY}") == 0
    assert (
        number(
            app, "select count(*) from investigations where closed_at < due_date and sla_status = 'OVERDUE'"
        )
        == 0
    )


def test_drafts_have_no_launch_and_launched_campaigns_have_assignments(app: sqlite3.Connection) -> None:
    launched = "select count(*) from campaigns where launched_at is not null"
    assert number(app, f"{launched} and status in ('DRAFT', 'SCHEDULED')") == 0
    assert number(app, f"{launched} and id not in (select campaign_id from campaign_assignments)") == 0
    statuses = {status for (status,) in app.execute("select distinct status from campaigns")}
    assert {"DRAFT", "SCHEDULED", "ACTIVE", "COMPLETED", "CANCELLED"} <= statuses


def test_the_new_customer_is_twelve_days_old(world: World, app: sqlite3.Connection) -> None:
    created = app.execute(
        "select created_at from organizations where id = ?", (tenant(app, world, "new_customer"),)
    ).fetchone()[0]
    assert created[:10] == str(LAST_DAY - timedelta(days=12))


def test_the_empty_tenant_has_nothing(world: World, app: sqlite3.Connection) -> None:
    empty = tenant(app, world, "empty_tenant")
    for table in ("users", "cases", "campaigns", "feature_adoptions", "support_tickets"):
        assert number(app, f"select count(*) from {table} where organization_id = ?", empty) == 0


def test_the_ticket_storm_breaks_in_the_last_ten_days(world: World, app: sqlite3.Connection) -> None:
    opened = "select count(*) from support_tickets where organization_id = ? and created_at >= ?"
    assert number(app, opened, tenant(app, world, "ticket_storm"), f"{LAST_DAY - timedelta(days=9)}") >= 12


def test_nothing_is_written_for_the_tenant_whose_data_stopped(world: World, app: sqlite3.Connection) -> None:
    silent = tenant(app, world, "data_stopped")
    for table in ("users", "cases", "feature_adoptions", "campaign_assignments", "support_tickets"):
        column = "last_login_at" if table == "users" else "updated_at"
        latest = f"select max({column}) from {table} where organization_id = ?"
        assert app.execute(latest, (silent,)).fetchone()[0] < f"{LAST_DAY - timedelta(days=5)}"


def test_overdue_cases_pile_up_where_the_story_says_so(world: World, app: sqlite3.Connection) -> None:
    rotting = """select count(distinct c.id) from cases c join investigations i on i.case_id = c.id
        where c.organization_id = ? and c.status = 'OPEN' and i.sla_status = 'OVERDUE'"""
    assert number(app, rotting, tenant(app, world, "overdue_cases")) >= 30
    assert number(app, rotting, tenant(app, world, "recovery")) <= 3


def test_days_are_lived_in_order(tmp_path: Path) -> None:
    world = World(tmp_path / "app.db", tenants=1, first_day=FIRST_DAY, days=3)
    with pytest.raises(ValueError, match="the next day to live is 2026-01-05"):
        world.live(FIRST_DAY + timedelta(days=1))
    world.close()


def test_an_existing_database_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "app.db").write_text("mine")
    with pytest.raises(FileExistsError, match="exists already"):
        World(tmp_path / "app.db", tenants=1, first_day=FIRST_DAY, days=3)
