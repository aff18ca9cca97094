"""Faults as RFC 9457 problem details: one status per class, one shape for all."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi_problem.error import Problem
from fastapi_problem.handler import add_exception_handler, new_exception_handler
from starlette.types import Receive, Scope, Send

from client_health.api.limits import TooManyRequestsError
from client_health.errors import (
    ClientHealthError,
    ConfigError,
    ConflictError,
    KeyExpiredError,
    NotFoundError,
    StaleVersionError,
    StoreError,
    UsageError,
)

log = structlog.get_logger(__name__)


class UnauthorizedError(ClientHealthError):
    """Nobody, or nobody known, is calling."""


class ForbiddenError(ClientHealthError):
    """The caller's role does not allow this."""


class PreconditionRequiredError(ClientHealthError):
    """The request must say which version it means to replace."""


_STATUS: dict[type[ClientHealthError], HTTPStatus] = {
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    KeyExpiredError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    StaleVersionError: HTTPStatus.PRECONDITION_FAILED,  # before the class that it is one of
    ConflictError: HTTPStatus.CONFLICT,
    PreconditionRequiredError: HTTPStatus.PRECONDITION_REQUIRED,
    UsageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConfigError: HTTPStatus.CONFLICT,  # a file that somebody has to mend before this can be done
    TooManyRequestsError: HTTPStatus.TOO_MANY_REQUESTS,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}

_SAID = {HTTPStatus.SERVICE_UNAVAILABLE: "the store does not answer; the log has the details"}


def install(app: FastAPI) -> None:
    """Answer every fault of this application as problem details."""
    handler = new_exception_handler(
        handlers={ClientHealthError: _ours},
        request_validation_handler=_invalid_request,
    )
    handler.handlers[Exception] = _of_the_program  # last: the first handler that fits is taken
    add_exception_handler(app, handler)
    app.add_exception_handler(ClientHealthError, handler)


def _ours(_handler: object, _request: Request, fault: Exception) -> Problem:
    status = next(
        (status for kind, status in _STATUS.items() if isinstance(fault, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", reason=str(fault))
        return problem(status, _SAID.get(status, "a fault of the program; the log has the details"))
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:  # these list their faults, whoever found them
        return problem(status, str(fault), errors=[{"loc": [], "msg": str(fault), "type": "value_error"}])
    return problem(status, str(fault), _headers(status, fault))


def _headers(status: HTTPStatus, fault: Exception) -> dict[str, str] | None:
    if isinstance(fault, TooManyRequestsError):
        return {"Retry-After": str(fault.seconds)}
    return {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None


def _of_the_program(_handler: object, _request: Request, fault: Exception) -> Problem:
    """A fault of ours: its words may hold SQL or addresses, so they go to the log only."""
    log.error("a request failed by a fault of the program", exc_info=fault)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of the program; the log has the details")


def problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None, **extra: Any) -> Problem:
    """Problem details of one status."""
    kind = status.phrase.lower().replace(" ", "-")
    return Problem(status.phrase, type_=kind, detail=detail, status=int(status), headers=headers, **extra)


def _invalid_request(_handler: object, _request: Request, fault: RequestValidationError) -> Problem:
    errors = [
        {
            "loc": [str(part) for part in one["loc"]],
            "msg": str(one["msg"]).removeprefix("Value error, "),
            "type": str(one["type"]),
        }
        for one in fault.errors()
    ]
    detail = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in errors)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


async def unknown_path(scope: Scope, _receive: Receive, _send: Send) -> None:
    """What stands behind every path of the API that is not one."""
    raise NotFoundError(f"there is no path {scope['path']}; /docs has those that there are")
