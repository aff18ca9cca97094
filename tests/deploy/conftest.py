"""What the deployment files say, and a user without any rights to run the program as."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import COMMAND, clean_environment
from tests.databases import _reachable as reachable_by_others

DEPLOY = Path(__file__).parents[2] / "deploy"
NOBODY = 65534


def unprivileged(*command: str) -> list[str]:
    """The command as another user, if we are root: one that may write nowhere but where it owns the folder.

    Where that user cannot even reach the interpreter, it may read everything; it still writes nowhere.
    """
    if os.geteuid() != 0:
        return list(command)
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    if not reachable_by_others(Path(sys.executable).resolve()):
        user += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [*user, "--", *command]


def start_unprivileged(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`client-health` in a folder, as that user."""
    return subprocess.Popen(
        unprivileged(str(COMMAND), *arguments),
        cwd=folder,
        env=clean_environment() | {"HOME": "/nonexistent"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def docker_words(instruction: str) -> list[list[str]]:
    """The JSON lists of an instruction of the Dockerfile."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return [json.loads(found) for found in re.findall(rf"\b{instruction} (\[.*\])$", text, re.MULTILINE)]
