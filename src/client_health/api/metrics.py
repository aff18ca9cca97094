"""Figures for Prometheus, for those whom `[web] metrics` lets read them."""

from fastapi import APIRouter, Depends, Request, Response

from client_health.api.context import Ctx, caller
from client_health.errors import NotFoundError
from client_health.monitoring.exposition import CONTENT_TYPE

router = APIRouter()


def allowed(request: Request, ctx: Ctx) -> None:
    """Refuse where the setting says so: without a key, or altogether."""
    match ctx.settings.web.metrics:
        case "off":
            raise NotFoundError('metrics are off; [web] metrics = "key" turns them on')
        case "key":
            caller(request)


@router.get("/metrics", include_in_schema=False, dependencies=[Depends(allowed)])
def metrics(request: Request) -> Response:
    """The figures of this process and of the store, as text."""
    text: bytes = request.app.state.exposition.text()
    return Response(text, media_type=CONTENT_TYPE)
