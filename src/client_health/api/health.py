"""Whether the process lives and whether it can serve: for load balancers, without a key."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response, status
from pydantic import BaseModel

from client_health.api.context import Ctx
from client_health.errors import ClientHealthError
from client_health.store.migrate import is_current

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Whether each thing that serving needs is there."""

    status: Literal["ok", "not ready"]
    store: bool
    migrations: bool


@router.get("/livez", summary="Is the process alive?")
def livez() -> Alive:
    """Answers as long as the process can."""
    return Alive()


def _check(ctx: Ctx) -> Ready:
    try:
        current = is_current(ctx.store)
        return Ready(status="ok" if current else "not ready", store=True, migrations=current)
    except ClientHealthError:
        return Ready(status="not ready", store=False, migrations=False)


@router.get("/readyz", summary="Can it serve?", responses={503: {"model": Ready}})
def readyz(found: Annotated[Ready, Depends(_check)], response: Response) -> Ready:
    """503 until the store answers and its migrations are current."""
    if found.status != "ok":
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return found
