"""Two hosts share a PostgreSQL store, and the link of one is cut in mid-run without a word."""

from collections.abc import Iterator

import pytest

from tests.faults.hosts import Host, two_hosts
from tests.faults.settled import assert_settled, assert_whole_or_not_at_all
from tests.faults.site import COMMAND, Process, Site


@pytest.fixture
def hosts() -> Iterator[tuple[str, list[Host]]]:
    """The address of a store as this process reaches it, and two hosts."""
    with two_hosts() as (server, hosts):
        yield server.create_database("store"), hosts


def start_on(site: Site, host: Host, name: str, pause_ms: int) -> Process:
    """Start a worker there, which reaches the store by the address that the host knows."""
    config = site.folder / f"{name}.toml"
    text = (site.folder / "client-health.toml").read_text("utf-8").replace(site.store_url, host.store_url)
    config.write_text(text.replace("pause_ms = 200", f"pause_ms = {pause_ms}"), "utf-8")
    command = (*host.prefix, *COMMAND, "--config", str(config), "worker")
    return site.launch(command, CLIENT_HEALTH_WORKER=name)


def test_a_host_whose_link_is_cut_is_succeeded_and_does_not_publish_when_the_link_returns(
    sites, source_url, hosts
):
    store_url, (first, second) = hosts
    site = sites(source_url, store_url)
    run_id = site.ask()
    cut = start_on(site, first, "first", pause_ms=600_000)
    site.wait_working(run_id)
    living = start_on(site, second, "second", pause_ms=0)
    site.wait(lambda: "worker is ready" in site.log(living), "both are up")
    assert site.run_of(run_id).attempt == 1
    first.cut()
    site.wait(lambda: site.run_of(run_id).attempt == 2, "the living host takes over", 60)
    done = site.wait_completed(run_id)
    assert_whole_or_not_at_all(site)
    first.mend()
    assert cut.wait(timeout=240) == 1, f"it was taken for dead, so it ends\n{site.logs()}"
    assert site.run_of(run_id) == done
    assert (done.attempt, done.outcome, living.poll()) == (2, "clean", None)
    assert_settled(site)
