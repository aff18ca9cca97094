"""Static files, named by the hash of their content and cached for ever."""

import mimetypes
import re

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from client_health.dashboard.rendering import STATIC, static_address

router = APIRouter()
FONT = "inter-5.3.0.woff2"  # style sheets name it, so its version stands in for the hash
_HASHED = re.compile(r"([a-z_.-]+)\.[0-9a-f]{12}\.([a-z0-9]+)")
_TYPES = {"woff2": "font/woff2", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    """One file; a name with another hash is not there any more."""
    match = _HASHED.fullmatch(name)
    plain = FONT if name == FONT else f"{match[1]}.{match[2]}" if match else ""
    if not plain or not (STATIC / plain).is_file():
        raise HTTPException(404)
    if match and static_address(plain) != f"/static/{name}":
        raise HTTPException(404)
    kind = (
        _TYPES.get(plain.rpartition(".")[2]) or mimetypes.guess_type(plain)[0] or "application/octet-stream"
    )
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response((STATIC / plain).read_bytes(), media_type=kind, headers=headers)
