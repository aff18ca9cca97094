"""A fleet with an eventful past: tenants that come and go, gaps, failing sources, unreadable figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.load import load_scorecard_files
from tests.cast import CONFIG, MONDAY, SCORECARD, Service, make_service

MINING = (
    SCORECARD.replace('name = "small"', 'name = "mining"\nmax_age_days = 2')
    .replace("[risk]", "[trend]\nlookback_days = 3\nimproving_above = 2\n[risk]")
    .replace("curve = [[0, 0], [1, 100]]", "curve = [[0, 10], [0.3, 70], [1, 90]]")
    .replace("when_empty = 0", 'when_empty = "exclude"')
    .replace("[[components]]", '[applies_to]\nindustry = ["Mining"]\n[[components]]', 1)
)
FILES = 'files = ["mining.toml", "scorecard.toml"]'
NAMES = [f"t{number}" for number in range(9)]


def make_segmented(folder: Path, store_url: str) -> Service:
    """A service with two scorecards, one of them for mining; its four tenants mine nothing."""
    (folder / "mining.toml").write_text(MINING, "utf-8")
    return make_service(folder, store_url, CONFIG.replace('file = "scorecard.toml"', FILES))


def scorecard_of(text: str, folder: Path, name: str = "draft") -> Scorecard:
    """A scorecard from the text of its file."""
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return load_scorecard_files([path]).scorecards[0]


def set_of(folder: Path, *texts: str) -> ScorecardSet:
    """A set from the texts of its files."""
    return ScorecardSet(
        tuple(scorecard_of(text, folder, f"draft{number}") for number, text in enumerate(texts))
    )


class Past:
    """Days of random usage over a service, the same ones for the same seed."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service, self.random = service, Random(seed)
        self.since = {name: self._since() for name in NAMES}
        self.industry = {name: self.random.choice(["Mining", "MINING", "Farming", None]) for name in NAMES}

    def live(self, days: int, first: date = MONDAY) -> list[date]:
        """Let days pass; returns those that a night scored."""
        nights = []
        for number in range(days):
            day = first + timedelta(days=number)
            self._usage()
            if self.random.random() < 0.2:
                self._recalculate(day)
            if self.random.random() < 0.8:
                with self._trouble():
                    self.service.night(day, accept=True)
                nights.append(day)
        return nights

    def _since(self) -> str:
        return str(datetime(2026, 1, 20, tzinfo=UTC) + timedelta(days=self.random.randrange(60)))

    def _usage(self) -> None:
        """Every tenant moves a little or a lot, leaves, comes back, or cannot be read."""
        app, random = self.service.app, self.random
        for name in NAMES:
            if random.random() < 0.15:
                app.forget(name)
            elif random.random() < 0.7:
                users = random.choice([0, 10, 10, 10, 40])
                active = min(users, random.choice([-1, 0, 1, 3, 7, 10, 40])) if users else 0
                tickets = random.choice([-1, 0, 0, 1, 4, 9, 30])
                about = {"since": self.since[name], "industry": self.industry[name]}
                app.tenant(name, active, users, tickets, **about)

    def _recalculate(self, day: date) -> None:
        """Somebody looks at one tenant at noon."""
        noon = datetime.combine(day, time(12, 30, 1, 234567), UTC)
        self.service.tenant_at(noon, self.random.choice(["anna", *NAMES]))

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Now and then one of the two usage queries fails."""
        broken = self.random.choice(["logins", "tickets", None, None, None])
        if broken:
            self.service.app.break_table(broken)
        yield
        if broken:
            self.service.app.mend_table(broken)
