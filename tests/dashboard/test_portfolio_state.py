"""The address of the portfolio: what it holds, what it leaves out, and what becomes of it."""

import pytest

from client_health.dashboard.portfolio.state import State, history_entry
from client_health.errors import UsageError
from client_health.store.portfolio import Filters

HERE = "http://testserver"


def test_the_plain_page_has_a_plain_address():
    assert State().url() == "/"
    assert State.parse({}) == State()
    assert not State().is_narrowed


def test_an_address_holds_everything_and_comes_back_the_same():
    state = State("a&b", "HIGH", "DECLINING", "Mid-market", "Jörg", "R&D", "0", "-arr", "200", "abc")
    address = state.url(cursor=state.cursor)
    assert address == (
        "/?search=a%26b&risk=HIGH&trend=DECLINING&segment=Mid-market&owner=J%C3%B6rg&industry=R%26D"
        "&mine=0&sort=-arr&limit=200&cursor=abc"
    )
    assert State.parse(state.query) == state


def test_empty_fields_of_a_form_and_words_of_others_are_left_out():
    assert State.parse({"search": " ", "risk": "", "utm_source": "mail"}) == State()


def test_a_change_begins_at_the_first_page():
    assert State(cursor="abc", limit="100").url(sort="name") == "/?sort=name&limit=100"


def test_clearing_keeps_whose_tenants_and_how_they_are_listed():
    state = State(search="x", risk="LOW", mine="1", sort="name", limit="100", cursor="abc")
    assert state.is_narrowed
    assert state.plain == State(mine="1", sort="name", limit="100")
    assert not state.plain.is_narrowed


@pytest.mark.parametrize(
    ("given", "owns", "mine"),
    [
        (State(), True, "1"),
        (State(), False, ""),
        (State(mine="0"), True, "0"),
        (State(mine="1"), False, ""),
        (State(mine="1", owner="Grace"), True, "0"),
    ],
)
def test_own_tenants_come_first_unless_somebody_elses_are_asked_for(given, owns, mine):
    assert given.for_visitor(owns).mine == mine


def test_filters_of_the_store_know_only_what_is_asked_for():
    assert State().filters(("Sam",)) == Filters()
    assert State(mine="1", risk="HIGH").filters(("Sam",)) == Filters(risk_level="HIGH", owned_by=("Sam",))


@pytest.mark.parametrize(
    "given",
    [
        {"risk": "high"},
        {"trend": "UP"},
        {"sort": "colour"},
        {"limit": "5000"},
        {"mine": "yes"},
        {"search": "x\0"},
        {"owner": "x" * 201},
        {"cursor": "x" * 1001},
    ],
)
def test_what_cannot_be_understood_is_named(given):
    with pytest.raises(UsageError, match=next(iter(given))):
        State.parse(given)


@pytest.mark.parametrize(
    ("shown_at", "asked", "entry"),
    [
        ("/", State(search="a"), {"HX-Replace-Url": "/?search=a"}),
        ("/?search=a", State(search="ab"), {"HX-Replace-Url": "/?search=ab"}),
        ("/?search=ab", State(), {"HX-Replace-Url": "/"}),
        ("/?search=ab", State(search="ab"), {}),
        ("/?search=ab&risk=&trend=", State(search="ab"), {}),
        ("/", State(risk="HIGH"), {"HX-Push-Url": "/?risk=HIGH"}),
        ("/?search=a", State(search="b", risk="HIGH"), {"HX-Push-Url": "/?search=b&risk=HIGH"}),
        ("/?cursor=abc", State(search="a"), {"HX-Push-Url": "/?search=a"}),
        ("/", State(cursor="abc"), {"HX-Push-Url": "/?cursor=abc"}),
        ("/?risk=nonsense", State(risk="HIGH"), {"HX-Push-Url": "/?risk=HIGH"}),
    ],
)
def test_typing_replaces_the_address_and_everything_else_is_a_step(shown_at, asked, entry):
    assert history_entry(HERE + shown_at, asked, owns=False) == entry


def test_the_first_view_of_somebody_who_owns_tenants_is_no_step_of_its_own():
    assert history_entry(HERE + "/", State(mine="1"), owns=True) == {}
    assert history_entry(HERE + "/", State(search="a", mine="1"), True) == {
        "HX-Replace-Url": "/?search=a&mine=1"
    }
    assert history_entry(HERE + "/", State(mine="0"), owns=True) == {"HX-Push-Url": "/?mine=0"}


def test_without_a_word_from_htmx_it_is_a_step():
    assert history_entry(None, State(risk="LOW"), owns=False) == {"HX-Push-Url": "/?risk=LOW"}
