"""Whether the process lives and whether it can serve: for load balancers, without a key."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel, Field

from client_health.api.context import Ctx
from client_health.monitoring.readiness import Readiness, Schedule, readiness

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Whether each thing that serving and working need is there."""

    status: Literal["ok", "not ready"]
    store: bool = Field(description="The store answers.")
    migrations: bool = Field(description="Its schema is the one that this version needs.")
    worker: bool = Field(
        examples=[True], description="This process's own worker is alive; without one, any worker is."
    )
    schedule: Schedule = Field(
        examples=["alive"], description="Whether somebody looks after the nightly schedule."
    )


@router.get("/livez", summary="Is the process alive?")
def livez() -> Alive:
    """Answers as long as the process can."""
    return Alive()


def _look(request: Request, ctx: Ctx) -> Readiness:
    return readiness(ctx.store, ctx.settings, getattr(request.app.state, "own_worker", None))


@router.get("/readyz", summary="Can it serve?", responses={503: {"model": Ready}})
def readyz(found: Annotated[Readiness, Depends(_look)], response: Response) -> Ready:
    """503 until the store answers and its schema is current, and once a worker of this process has stopped.

    That no worker is alive anywhere is told, but is no reason to send requests elsewhere: then it stays 200.
    """
    if not found.ready:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Ready(
        status="ok" if found.ready else "not ready",
        store=found.store,
        migrations=found.migrations,
        worker=found.worker,
        schedule=found.schedule,
    )
