"""One module per page: its routes, and what its template is given."""

from client_health.dashboard.pages import (
    access_keys,
    account,
    audit,
    benchmarks,
    portfolio,
    preferences,
    qbr,
    run,
    runs,
    scorecard_editor,
    scorecards,
    sign_in,
    tenant,
    tenant_actions,
    user,
    users,
)

ROUTERS = (
    preferences.router,
    portfolio.router,
    sign_in.router,
    account.router,
    users.router,
    access_keys.router,  # before the pages of one user: "keys" is no id
    user.router,
    audit.router,
    benchmarks.router,
    runs.router,
    run.router,
    scorecard_editor.router,
    scorecards.router,
    tenant_actions.router,
    qbr.router,
    tenant.router,
)
