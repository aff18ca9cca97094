"""`export`: scores, usage, tenants and runs as CSV, JSON lines and Parquet."""

import csv
import io
import json
import subprocess

import pytest

from client_health.cli.tables import write_rows
from tests.cast import MONDAY, make_service
from tests.cli.conftest import COMMAND, Cli, clean_environment

PROMISED = [
    "tenant_id",
    "name",
    "score_date",
    "overall_score",
    "previous_score",
    "baseline_score",
    "baseline_date",
    "trend",
    "risk_level",
    "confidence",
    "scorecard_version",
    "login_score",
    "tickets_score",
]


@pytest.fixture(scope="module")
def told(tmp_path_factory, forks):
    """Two nights: Ben falls, Carla's logins are unreadable on the second, Dora leaves before it."""
    folder = tmp_path_factory.mktemp("export")
    service = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    service.app.tenant("=cmd", owner="@home", industry="+49")
    service.night(MONDAY)
    service.app.tenant("ben", active=5)
    service.app.tenant("carla", active=-1)
    service.app.forget("dora")
    service.night(MONDAY.replace(day=3))
    service.store.close()
    return Cli(folder, forks, clean_environment())


def table(cli: Cli, *arguments: str) -> list[dict[str, str]]:
    done = cli("export", *arguments)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_scores_have_the_promised_columns_and_the_latest_of_each_active_tenant(told):
    rows = table(told, "scores")
    assert set(PROMISED) <= set(rows[0])
    assert sorted(row["tenant_id"] for row in rows) == ["'=cmd", "anna", "ben", "carla"]
    assert {row["score_date"] for row in rows} == {"2026-03-03"}
    ben = next(row for row in rows if row["tenant_id"] == "ben")
    assert {name: ben[name] for name in PROMISED} == {
        "tenant_id": "ben",
        "name": "Ben",
        "score_date": "2026-03-03",
        "overall_score": "70",
        "previous_score": "100",
        "baseline_score": "100",
        "baseline_date": "2026-03-02",
        "trend": "DECLINING",
        "risk_level": "MEDIUM",
        "confidence": "1",
        "scorecard_version": "1",
        "login_score": "50",
        "tickets_score": "100",
    }
    carla = next(row for row in rows if row["tenant_id"] == "carla")
    assert (carla["login_score"], carla["tickets_score"], carla["risk_level"]) == ("", "100", "UNKNOWN")


def test_scores_of_dates_hold_tenants_that_left(told):
    on_monday = table(told, "scores", "--date", "2026-03-02")
    assert len(on_monday) == 5
    assert "dora" in {row["tenant_id"] for row in on_monday}
    both = table(told, "scores", "--from", "2026-03-01", "--to", "2026-03-31")
    assert [row["score_date"] for row in both] == ["2026-03-02"] * 5 + ["2026-03-03"] * 4
    assert table(told, "scores", "--date", "2026-01-01") == []
    header = told("export", "scores", "--date", "2026-01-01").stdout
    assert header.startswith("tenant_id,name,score_date,overall_score,")


def test_usage_has_a_column_per_measure_and_empty_cells_for_missing_ones(told):
    rows = table(told, "usage")
    assert list(rows[0]) == ["tenant_id", "metric_date", "active_users", "support_tickets", "total_users"]
    by_id = {row["tenant_id"]: row for row in rows}
    assert set(by_id) == {"'=cmd", "anna", "ben", "carla"}
    assert (by_id["ben"]["active_users"], by_id["ben"]["metric_date"]) == ("5", "2026-03-03")
    assert (by_id["carla"]["active_users"], by_id["carla"]["total_users"]) == ("", "10")
    assert len(table(told, "usage", "--date", "2026-03-02")) == 5


def test_tenants_and_runs_are_exported_whole(told):
    tenants = {row["tenant_id"]: row for row in table(told, "tenants")}
    assert {name: row["is_active"] for name, row in tenants.items()}["dora"] in {"False", "false"}
    assert len(tenants) == 5
    assert tenants["anna"]["since"] == "2020-01-01T00:00:00Z"
    runs = table(told, "runs")
    assert [(row["score_date"], row["status"], row["outcome"]) for row in runs] == [
        ("2026-03-02", "completed", "clean"),
        ("2026-03-03", "completed", "with_errors"),
    ]
    assert json.loads(runs[0]["counts"])["scored"] == 5
    assert len(table(told, "runs", "--date", "2026-03-03")) == 1
    assert told("export", "tenants", "--date", "2026-03-03").returncode == 2


def test_cells_that_a_spreadsheet_would_run_are_made_harmless_in_csv_alone(told):
    row = next(row for row in table(told, "tenants") if "cmd" in row["tenant_id"])
    assert (row["tenant_id"], row["owner"], row["industry"]) == ("'=cmd", "'@home", "'+49")
    lines = told("export", "tenants", "--format", "jsonl").stdout.splitlines()
    assert "=cmd" in {json.loads(line)["tenant_id"] for line in lines}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_every_start_of_a_formula_is_prefixed(text, tmp_path):
    file = tmp_path / "cells.csv"
    write_rows(["cell"], [{"cell": text}], "csv", file)
    with file.open(newline="") as stream:
        assert list(csv.reader(stream)) == [["cell"], [f"'{text}".replace("\r", " ")]]


def test_json_lines_hold_numbers_and_nulls(told):
    lines = told("export", "scores", "--format", "jsonl").stdout.splitlines()
    rows = {row["tenant_id"]: row for row in map(json.loads, lines)}
    assert (rows["ben"]["overall_score"], rows["carla"]["login_score"]) == (70, None)
    assert set(PROMISED) <= set(rows["ben"])


def test_parquet_goes_to_a_file_and_reads_back(told):
    parquet = pytest.importorskip("pyarrow.parquet")
    file = told.folder / "scores.parquet"
    assert told("export", "scores", "--format", "parquet", "--output", str(file)).returncode == 0
    rows = {row["tenant_id"]: row for row in parquet.read_table(file).to_pylist()}
    assert (rows["ben"]["overall_score"], rows["carla"]["login_score"]) == (70, None)
    assert told("export", "scores", "--format", "parquet").returncode == 2


def test_output_writes_a_file_and_nothing_else(told):
    file = told.folder / "usage.csv"
    done = told("export", "usage", "--output", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    assert file.read_text().startswith("tenant_id,metric_date,")
    lost = told("export", "usage", "--output", "missing/usage.csv")
    assert lost.returncode in {1, 2}
    assert "missing" in lost.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["scores", "--date", "2026-03-01", "--from", "2026-03-01"],
        ["scores", "--from", "2026-03-01"],
        ["scores", "--from", "2026-03-02", "--to", "2026-03-01"],
        ["scores", "--date", "March"],
        ["scores", "--format", "xml"],
        ["nonsense"],
    ],
)
def test_options_that_make_no_sense_are_2(told, arguments):
    done = told("export", *arguments)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_reader_that_stops_early_is_no_fault(told):
    command = f"{COMMAND} export scores | true"
    done = subprocess.run(
        ["bash", "-c", command], cwd=told.folder, env=told.environment, capture_output=True, text=True
    )
    assert ("Traceback" in done.stderr, "BrokenPipe" in done.stderr) == (False, False)


def test_an_empty_store_exports_headers_alone(cli):
    assert cli("export", "scores").stdout.count("\n") == 1
    assert cli("export", "usage").stdout == "tenant_id,metric_date\n"
