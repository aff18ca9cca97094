"""Answers that are asked often: made and written as JSON in one thread."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from fastapi import Response
from pydantic import BaseModel

Given = ParamSpec("Given")


def as_json(endpoint: Callable[Given, BaseModel]) -> Callable[Given, Response]:
    """Write the endpoint's answer in the thread that made it.

    FastAPI would check the answer, which is a model already, in a second thread, and write it in the one that
    serves all requests. The documentation reads the endpoint's own signature.
    """

    @wraps(endpoint)
    def answered(*args: Given.args, **kwargs: Given.kwargs) -> Response:
        answer = endpoint(*args, **kwargs)
        return Response(answer.model_dump_json(by_alias=True), media_type="application/json")

    return answered
