"""One module per page: its routes, and what its template is given."""

from client_health.dashboard.pages import preferences

ROUTERS = (preferences.router,)
