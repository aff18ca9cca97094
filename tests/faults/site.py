"""A fleet of some hundred tenants, a store, and real processes of ours over them."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from client_health.instants import end_of_day
from client_health.jobs import requests
from client_health.jobs.lease import process_of
from client_health.settings import Settings, load_settings
from client_health.settings.addresses import resolve_address
from client_health.store import migrate, runs
from client_health.store.engine import Store
from client_health.store.run_requests import RunRequest
from client_health.store.runs import BATCH_BY_HAND, Run
from tests.cast import SCORECARD, TESTER
from tests.faults.fleet import day

Process = subprocess.Popen[bytes]
COMMAND = (sys.executable, "-m", "client_health.cli")
READING, SCORING, PUBLISHING = 28, 85, 95  # percent: the tenants are read, everything is, about to publish
CONFIG = """
[store]
url = "{store_url}"
[source]
url = "{source_url}"
pause_ms = {pause_ms}
statement_timeout = "{statement_timeout}"
[schedule]
cron = "off"
[runs]
backoff = "200ms"
[tenants]
sql = "select id as tenant_id, name, industry from orgs"
[usage.login]
sql = "select org as tenant_id, active_users, total_users from daily where day = {day}"
[usage.tickets]
sql = "select org as tenant_id, tickets as support_tickets from tickets where day = {day}"
[scorecard]
file = "scorecard.toml"
"""


def pid_of(holder: str) -> int:
    """The process of this host that holds a lease, or performs a run."""
    return int(process_of(holder).partition("-")[0])


@dataclass
class Site:
    """One installation: a folder with configuration, its source and its store."""

    folder: Path
    source_url: str
    store_url: str
    settings: Settings
    store: Store
    processes: list[Process] = field(default_factory=list)

    def ask(self, number: int = 0) -> str:
        """Queue a run of the whole fleet for the end of a day; returns its id."""
        request = run_of_day(day(number))
        return requests.ask(self.store, self.settings, request, datetime.now(UTC))[0].id

    def run_of(self, run_id: str) -> Run:
        with self.store.read() as connection:
            return runs.find(connection, run_id)

    def start(self, *arguments: str, **environment: str) -> Process:
        """Start a command of ours, `worker` if none is named."""
        return self.launch([*COMMAND, *(arguments or ("worker",))], **environment)

    def start_lingering(self, *arguments: str, **environment: str) -> Process:
        """Start a worker, or a command, that never ends a run: it pauses after the first statement."""
        config = (self.folder / "client-health.toml").read_text("utf-8")
        lingering = re.sub(r"pause_ms = \d+", "pause_ms = 600000", config)
        (self.folder / "lingering.toml").write_text(lingering, "utf-8")
        return self.start("--config", "lingering.toml", *(arguments or ("worker",)), **environment)

    def launch(self, command: Sequence[str], **environment: str) -> Process:
        """Start a process in the folder; its log is beside the configuration."""
        with (self.folder / f"log-{len(self.processes)}.txt").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env={**os.environ, **environment}, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def log(self, process: Process) -> str:
        number = self.processes.index(process)
        return (self.folder / f"log-{number}.txt").read_text("utf-8", "replace")

    def wait(
        self, condition: Callable[[], bool], what: str, seconds: float = 240, pause: float = 0.05
    ) -> None:
        """Wait for something; where it does not happen, say what the processes had to say."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain: {what}\n{self.logs()}"
            time.sleep(pause)

    def completed(self, run_id: str) -> bool:
        return self.run_of(run_id).status == "completed"

    def wait_completed(self, run_id: str, seconds: float = 240) -> Run:
        self.wait(lambda: self.completed(run_id), f"the run is {self.run_of(run_id)}", seconds)
        return self.run_of(run_id)

    def wait_working(self, run_id: str, progress: int = READING, attempt: int = 1) -> None:
        """Wait until an attempt at a run has come so far; the last stages may take but 20 ms."""

        def working() -> bool:
            run = self.run_of(run_id)
            return run.attempt >= attempt and (run.progress >= progress or run.status == "completed")

        self.wait(working, f"attempt {attempt} at {progress} %", pause=0.001)

    def at_work(self, run_id: str) -> Process:
        """The process that performs a run."""
        pid = pid_of(str(self.run_of(run_id).worker))
        (process,) = [one for one in self.processes if one.pid == pid]
        return process

    def logs(self) -> str:
        return "\n".join(f"== process {n}\n{self.log(p)[-4000:]}" for n, p in enumerate(self.processes))

    def stop(self) -> None:
        """End every process in peace; each must end by itself."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(timeout=120)

    def close(self) -> None:
        """End every process, whatever state it is in."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.store.close()


def run_of_day(score_date: date) -> RunRequest:
    as_of = end_of_day(score_date, UTC)
    return RunRequest("all", "request", TESTER, score_date, as_of, exclusive_key=BATCH_BY_HAND)


def open_site(
    folder: Path,
    source_url: str,
    store_url: str,
    pause_ms: int = 200,
    statement_timeout: str = "60s",
    migrated: bool = True,
    change: Callable[[str], str] = lambda config: config,
) -> Site:
    """A migrated store and its configuration over a source that `fill` has made."""
    folder.mkdir(parents=True, exist_ok=True)
    config = CONFIG.format(
        store_url=store_url,
        source_url=source_url,
        pause_ms=pause_ms,
        statement_timeout=statement_timeout,
        day="date(:day_start)" if source_url.startswith("sqlite") else "cast(:day_start as date)",
    )
    (folder / "client-health.toml").write_text(change(config), "utf-8")
    (folder / "scorecard.toml").write_text(SCORECARD, "utf-8")
    settings = load_settings(folder / "client-health.toml")
    store = Store(resolve_address(store_url, "store.url", folder))
    if migrated:
        migrate.upgrade(store)
    return Site(folder, source_url, store_url, settings, store)


def slowly(seconds: float) -> Callable[[str], str]:
    """A change of the configuration: each usage query takes PostgreSQL so long."""

    def change(config: str) -> str:
        config = config.replace(
            "select org", f"with pause as materialized (select pg_sleep({seconds})) select org"
        )
        return config.replace("from daily", "from pause, daily").replace(
            "from tickets", "from pause, tickets"
        )

    return change
