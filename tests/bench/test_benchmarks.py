"""Every new benchmark runs, at a size that takes seconds; its figures are of no interest here."""

from collections.abc import Iterable
from types import ModuleType

import pytest

from bench import api, footprint, growth, startup
from bench.load import percentile
from bench.measuring import Result
from bench.world import world


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One round of each, and not many requests."""
    for module in (api, footprint, growth, startup):
        monkeypatch.setattr(module, "ROUNDS", 1)
    for module, name, value in QUICK:
        monkeypatch.setattr(module, name, value)


QUICK: list[tuple[ModuleType, str, object]] = [
    (api, "SECONDS", 0.1),
    (api, "IN_FLIGHT", 4),
    (startup, "STORES", (True,)),
    (footprint, "IDLE", 0.1),
    (footprint, "PAUSE_MS", 0),
    (footprint, "SHARDS", (1, 2)),
]


def names(results: Iterable[Result]) -> list[str]:
    found = list(results)
    assert all(one.ratio > 0 for one in found), found
    return [one.name for one in found]


@pytest.mark.usefixtures("quick")
def test_answers_by_hand_are_the_answers_of_the_api_while_the_fleet_grows() -> None:
    told = names(api.benchmark([60, 120], 20))
    assert (
        told[:8]
        == told[8:]
        == [
            f"{what}, {figure}"
            for what in ("score", "history, 20 days", "portfolio, API", "portfolio, page")
            for figure in ("rate", "p99")
        ]
    )


@pytest.mark.usefixtures("quick")
def test_growth_compares_fleets_on_both_stores_and_tells_the_peak_of_memory() -> None:
    told = names(growth.benchmark([40, 80]))
    assert told == [
        f"growth, {store}{rest}" for store in ("PostgreSQL", "SQLite") for rest in ("", "", ", peak memory")
    ]


@pytest.mark.usefixtures("quick")
def test_the_footprint_is_told_with_and_without_the_indexes_which_are_gone_afterwards() -> None:
    with world(40, 2000) as built:
        assert len(names(footprint.benchmark(built))) == 8
        assert len(footprint._create_indexes(built.source_url)) == 4


@pytest.mark.usefixtures("quick")
def test_start_up_is_told_over_an_empty_store() -> None:
    assert len(names(startup.benchmark())) == 3


def test_a_percentile_is_a_figure_that_so_many_do_not_exceed() -> None:
    hundred = [float(number) for number in range(1, 101)]
    assert (percentile(hundred, 50), percentile(hundred, 99), percentile([7.0], 99)) == (50, 99, 7)
