"""`/readyz`: an API stays in rotation without a worker, a process whose own worker stopped does not."""

import threading

import pytest
import sqlalchemy as sa

from client_health.jobs import pulse as module
from client_health.jobs import worker as worker_module
from client_health.jobs.lease import Lease
from client_health.jobs.pulse import Pulse
from client_health.jobs.worker import Worker
from client_health.store.schema import leases
from tests.cast import CONFIG, make_service
from tests.jobs.test_worker import wait_until
from tests.monitoring.scraping import Scraper

OK = {"status": "ok", "store": True, "migrations": True}


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


def ready(service, **options):
    answer = Scraper(service, **options).client.get("/readyz")
    return answer.status_code, answer.json()


def test_without_any_worker_an_api_is_ready_and_says_so(service):
    assert ready(service) == (200, OK | {"worker": False, "schedule": "no worker"})


def test_a_worker_that_lives_elsewhere_is_seen_in_the_store_until_it_falls_silent(service):
    seat = Lease(service.store, "worker:elsewhere-0")
    assert seat.acquire()
    assert ready(service) == (200, OK | {"worker": True, "schedule": "alive"})
    assert Scraper(service).figures()("workers") == 1
    seat.release()
    with service.store.write() as connection:
        row = {"name": "worker:elsewhere-0", "holder": "h", "has_lock": True, "beat_at": 1.0}
        connection.execute(sa.insert(leases).values(**row))
    assert ready(service)[1]["worker"] is False
    assert Scraper(service).figures()("workers") == 0


def test_who_performs_a_run_is_not_a_worker_by_that(service):
    with Lease(service.store, "run") as lease:
        assert lease.acquire()
        assert ready(service)[1]["worker"] is False


def test_with_the_schedule_off_no_worker_is_no_matter(tmp_path, store_url):
    service = make_service(tmp_path, store_url, CONFIG + '[schedule]\ncron = "off"\n')
    assert ready(service) == (200, OK | {"worker": False, "schedule": "off"})
    service.store.close()


def test_a_process_whose_own_worker_stopped_is_not_ready(service):
    seat = Lease(service.store, "worker:elsewhere-0")
    assert seat.acquire(), "that others work does not make up for it"
    status, body = ready(service, own_worker=lambda: False)
    assert (status, body["status"], body["worker"]) == (503, "not ready", False)
    assert ready(service, own_worker=lambda: True)[0] == 200
    seat.release()


def test_an_older_schema_is_not_ready(service):
    with service.store.write() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '0001'"))
    status, body = ready(service)
    assert (status, body["store"], body["migrations"]) == (503, True, False)


def test_a_loop_that_does_not_turn_any_more_is_found(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    pulse = Pulse()
    pulse.beat("tick", 30)
    pulse.beat("sweep", 3)
    now[0] += module.PATIENCE + 10
    assert pulse.silent() == ["sweep"]
    pulse.beat("sweep", 3)
    assert pulse.silent() == []


def test_a_worker_with_a_loop_that_hangs_is_not_alive(service, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 2.0)
    monkeypatch.setattr(worker_module, "SWEEP_SECONDS", 0.1)
    hanging = threading.Event()
    worker = Worker(service.store, service.settings)
    worker.sweep = hanging.wait
    worker.start()
    assert worker.alive
    wait_until(lambda: not worker.alive, 20)
    hanging.set()
    wait_until(lambda: worker.alive, 20)
    worker.stop()
