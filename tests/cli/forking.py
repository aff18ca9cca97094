"""Runs the command many times without paying for its start: imports it once, forks for each call.

Reads one JSON object a line (arguments, environment, folder, in, out, err), answers with the exit code.
"""

import json
import os
import sys
from pathlib import Path

import alembic.command
import alembic.config
import psycopg

import client_health.usage.inspect
from client_health.cli.main import main

LOADED = (alembic, psycopg, client_health.usage.inspect)  # what commands load when they first need it


def run(call: dict) -> None:
    """Become the command; never returns."""
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    sys.argv = ["client-health", *call["arguments"]]
    for number, name in ((1, call["out"]), (2, call["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(call["in"], os.O_RDONLY), 0)
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve() -> None:
    """Answer until standard input ends."""
    for line in sys.stdin:
        call = json.loads(line)
        child = os.fork()
        if child == 0:
            run(call)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    serve()
