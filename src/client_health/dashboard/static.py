"""Static files, named by the hash of their content and cached for ever.

Files that a page needs together come as one: a browser that has nothing yet waits for each request.
"""

import hashlib
import mimetypes
import re
from functools import lru_cache
from importlib import resources

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

router = APIRouter()
STATIC = resources.files("client_health.dashboard") / "static"
FONT = "inter-5.3.0.woff2"  # style sheets name it, so its version stands in for the hash
MOST_ADDRESSES = 64  # that are kept; whoever asks may put files together as they like
_HASHED = re.compile(r"([a-z_.+-]+)\.[0-9a-f]{12}\.([a-z0-9]+)")
_TYPES = {"woff2": "font/woff2", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


@lru_cache(MOST_ADDRESSES)
def static_address(*names: str) -> str:
    """The address of a static file, or of several of a kind as one, with a hash of what is in it."""
    kind = names[0].rpartition(".")[2]
    stem = "+".join(name.removesuffix(f".{kind}") for name in names)
    return f"/static/{stem}.{hashlib.sha256(_joined(names)).hexdigest()[:12]}.{kind}"


@router.get("/static/{name}")
async def static_file(name: str) -> Response:
    """What an address names; one with another hash is not there any more."""
    names = _names(name)
    if not names or not all((STATIC / one).is_file() for one in names):
        raise HTTPException(404)
    if name != FONT and static_address(*names) != f"/static/{name}":
        raise HTTPException(404)
    kind = name.rpartition(".")[2]
    media_type = _TYPES.get(kind) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_joined(names), media_type=media_type, headers=headers)


def _names(address: str) -> tuple[str, ...]:
    """The files that an address puts together, each once; none of an address that is not ours."""
    if address == FONT:
        return (FONT,)
    match = _HASHED.fullmatch(address)
    names = tuple(f"{stem}.{match[2]}" for stem in match[1].split("+")) if match else ()
    return names if len(set(names)) == len(names) else ()


@lru_cache(MOST_ADDRESSES)
def _joined(names: tuple[str, ...]) -> bytes:
    return b"\n".join((STATIC / name).read_bytes() for name in names)
