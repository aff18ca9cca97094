"""The program as the image and the unit run it: another user, everything read-only but the store's folder."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cast import CONFIG, SCORECARD, App
from tests.cli.test_serve import call, free_port, wait_until
from tests.deploy.conftest import NOBODY, docker_words, start_unprivileged, unprivileged

pytestmark = pytest.mark.slow


@pytest.fixture
def folders() -> Iterator[tuple[Path, Path]]:
    """A working directory that nobody may write to, and the folder of the store, which that user owns."""
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o755)
        work, data = Path(made, "work"), Path(made, "data")
        work.mkdir()
        data.mkdir(mode=0o700)
        App(work).tenant("anna")
        store = f"sqlite:///{data / 'store.db'}"
        (work / "client-health.toml").write_text(CONFIG.replace("{store_url}", store), "utf-8")
        (work / "scorecard.toml").write_text(SCORECARD, "utf-8")
        if os.geteuid() == 0:
            os.chown(data, NOBODY, NOBODY)
        os.chmod(work, 0o555)
        yield work, data
        os.chmod(work, 0o755)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def probe(port: int) -> int:
    """The exit code of the image's health check, asked of another port."""
    code = docker_words("CMD")[0][2].replace("8000", str(port))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode


def test_it_scores_and_serves_and_writes_to_the_folder_of_the_store_only(folders):
    work, data = folders
    before = files(work)
    touched = subprocess.run(unprivileged("touch", str(work / "x")), capture_output=True, check=False)
    assert touched.returncode != 0, "else this test tells nothing"
    run = start_unprivileged(work, "run")
    out, err = run.communicate(timeout=60)
    assert (run.returncode, "1 of 1 tenants scored" in out) == (0, True), err
    port = free_port()
    serve = start_unprivileged(work, "serve", "--port", str(port))
    wait_until(lambda: call(port, "/readyz")[0] == 200, serve)
    assert call(port, "/readyz")[1]["worker"] is True
    expected = NOBODY if os.geteuid() == 0 else os.getuid()
    assert psutil.Process(serve.pid).uids().effective == expected
    assert {path.stat().st_uid for path in data.iterdir()} == {expected}
    assert probe(port) == 0
    serve.send_signal(signal.SIGTERM)
    _, err = serve.communicate(timeout=40)
    assert (serve.returncode, "Traceback" in err) == (0, False), err
    assert probe(port) == 1
    assert files(work) == before
    assert "store.db" in files(data)


def test_where_the_store_cannot_be_written_it_says_so_in_a_sentence(folders):
    work, data = folders
    os.chmod(data, 0o500)
    run = start_unprivileged(work, "run")
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "Traceback" not in err
    assert err.startswith("error: the store does not answer: unable to open database file")
