"""`${NAME}` in a setting stands for an environment variable; it is looked up when it is first used."""

import os
import re

from client_health.errors import ConfigError

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def fill_in(text: str, key: str, example: str) -> str:
    """The text with its variables filled in; raises ConfigError that names `key`, never a value."""
    return _REFERENCE.sub(lambda match: _variable(match[1], key, example), text)


def _variable(name: str, key: str, example: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigError(f"{key}: the environment variable {name} is not set; export {name}={example}")
    return value
