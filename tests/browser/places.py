"""Every page, with a name for its tests and pictures."""

from dataclasses import dataclass

from client_health.demo.world.stories import CAST
from client_health.store import portfolio, runs
from client_health.store.keys import Role
from client_health.store.portfolio import Filters
from tests.browser.served import Site

STORY = "champion_left"


@dataclass(frozen=True)
class Place:
    """A page: `{tenant}`, `{run}` and `{user}` stand for ids of the site; `role` sees most of it."""

    name: str
    path: str
    role: Role | None = "admin"

    def on(self, site: Site) -> str:
        """Its path on a site that has tenants and runs."""
        path = self.path
        if "{tenant}" in path:
            path = path.replace("{tenant}", story_tenant(site))
        if "{user}" in path:
            path = path.replace("{user}", site.user("viewer", "Ursula User").id)
        return path.replace("{run}", latest_run(site)) if "{run}" in path else path


FULL = (
    Place("portfolio", "/"),
    Place("portfolio-filtered", "/?risk=HIGH&trend=DECLINING"),
    Place("portfolio-no-match", "/?search=nobody-has-this-name"),
    Place("tenant", "/tenants/{tenant}"),
    Place("qbr", "/tenants/{tenant}/qbr"),
    Place("benchmarks", "/benchmarks"),
    Place("benchmarks-tenant", "/benchmarks?tenant={tenant}"),
    Place("runs", "/runs"),
    Place("run", "/runs/{run}"),
    Place("scorecards", "/scorecards"),
    Place("scorecard", "/scorecards/default/1"),
    Place("scorecard-editor", "/scorecards/edit"),
    Place("users", "/users"),
    Place("user", "/users/{user}"),
    Place("keys", "/users/keys"),
    Place("audit", "/audit"),
    Place("account", "/account", "viewer"),
    Place("sign-in", "/sign-in", None),
    Place("not-found", "/nothing-is-here", "viewer"),
)
EMPTY = tuple(
    Place(f"{one.name}-empty", one.path, one.role)
    for one in FULL
    if "{" not in one.path and "?" not in one.path and one.name not in {"sign-in", "not-found"}
)


def story_tenant(site: Site, story: str = STORY) -> str:
    """The id of the demo's tenant with this story."""
    name = next(role.name for role in CAST if role.story.key == story)
    with site.store.read() as connection:
        found = portfolio.page(connection, Filters(search=name), "name", 1).rows
    assert found, f"the demo is too small for {name}"
    return str(found[0].tenant_id)


def latest_run(site: Site) -> str:
    """The id of the run that ended last."""
    with site.store.read() as connection:
        return runs.newest(connection, 1)[0].id
