"""The dashboard as an application of its own: pages, static files, headers, faults as pages."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from client_health.api.context import Context
from client_health.api.limits import TooManyRequestsError
from client_health.dashboard import static
from client_health.dashboard.browser import page_shown
from client_health.dashboard.context import (
    Counted,
    NotAllowedError,
    PasswordChangeNeededError,
    SignInNeededError,
    find_visitor,
)
from client_health.dashboard.pages import ROUTERS
from client_health.dashboard.rendering import render
from client_health.errors import (
    ClientHealthError,
    ConfigError,
    ConflictError,
    NotFoundError,
    StoreError,
    UsageError,
)
from client_health.instants import utc_now
from client_health.settings.model import Settings
from client_health.store.engine import Store

log = structlog.get_logger(__name__)
SIGN_IN, ACCOUNT = "/sign-in", "/account"
GZIP_LEVEL = 4  # of 9: the highest takes a page three times as long, and saves a twentieth of its bytes
_STATUS: dict[type[ClientHealthError], int] = {
    NotAllowedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    UsageError: 422,
    ConfigError: 409,
    TooManyRequestsError: 429,
    StoreError: 503,
}


def create_dashboard(store: Store, settings: Settings, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The pages over an open, migrated store; to be mounted at the root."""
    app = FastAPI(title="Client Health", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.context = Context.of(store, settings, clock)
    app.include_router(static.router)
    for router in (*ROUTERS, *_single_sign_on(app, settings)):
        app.include_router(router, dependencies=[Counted])
    app.add_exception_handler(SignInNeededError, _to_sign_in)
    app.add_exception_handler(PasswordChangeNeededError, _to_account)
    app.add_exception_handler(ClientHealthError, _fault_of_user)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_fault)
    app.add_exception_handler(Exception, _fault_of_ours)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=GZIP_LEVEL)
    return app


def _single_sign_on(app: FastAPI, settings: Settings) -> list[APIRouter]:
    """The pages of the identity provider, if there is one: what they need takes long to load."""
    if settings.oidc is None:
        return []
    from client_health.accounts.provider import CALLBACK, Provider
    from client_health.dashboard.pages import single_sign_on

    app.state.provider = Provider(settings.oidc, f"{settings.web.public_url}{CALLBACK}")
    return [single_sign_on.router]


def _to_sign_in(request: Request, _: Exception) -> Response:
    """Send the visitor to sign in, and back afterwards. htmx must leave the page, not swap it in."""
    wanted = page_shown(request)
    return _leave_for(request, SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted)}")


def _to_account(request: Request, _: Exception) -> Response:
    """Send the visitor to choose a password of their own."""
    return _leave_for(request, ACCOUNT)


def _leave_for(request: Request, address: str) -> Response:
    if "HX-Request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _fault_of_user(request: Request, fault: Exception) -> Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(fault, kind)), 500)
    if status >= 500:
        log.error("page failed", reason=str(fault))
        return _page(request, status, "The store does not answer; the log has the details.")
    page = _page(request, status, str(fault))
    if isinstance(fault, TooManyRequestsError):
        page.headers["Retry-After"] = str(fault.seconds)
    return page


def _bad_request(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    faults = [f"{one['loc'][-1]}: {str(one['msg']).removeprefix('Value error, ')}" for one in fault.errors()]
    return _page(request, 422, "; ".join(faults))


def _http_fault(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    return _page(
        request, fault.status_code, "There is no such page." if fault.status_code == 404 else fault.detail
    )


def _fault_of_ours(request: Request, fault: Exception) -> Response:
    log.error("a page failed by a fault of the program", exc_info=fault)
    return _page(request, 500, "A fault of the program; the log has the details.")


def _page(request: Request, status: int, message: str) -> Response:
    """A page that says what is wrong, or for htmx a message for the place that says such things."""
    context: Context = request.app.state.context
    try:
        who = find_visitor(request, context)
    except ClientHealthError:
        who = None
    fragment = "HX-Request" in request.headers
    response = render(
        request,
        "fragments/message.html" if fragment else "error.html",
        who,
        status,
        message=message,
        code=status,
    )
    if fragment:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#message", "innerHTML"
    return response
