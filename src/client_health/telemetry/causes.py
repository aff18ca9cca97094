"""Why a run failed, as one of a few words: metrics count by them, so they must never be free text."""

from client_health.errors import ClientHealthError, ConfigError, NoTenantsError, SourceError, StoreError

STORE = "store"  # it failed while the run was performed
ABANDONED = "abandoned"  # the process that performed it ended
UNKNOWN = "unknown"  # runs of versions that did not keep the cause
_WORDS: dict[type[Exception], str] = {
    NoTenantsError: "tenants",  # before the class that it is one of
    SourceError: "source",
    ConfigError: "configuration",
    StoreError: STORE,
    ClientHealthError: "request",
    Exception: "program",
}
CAUSES = (*_WORDS.values(), ABANDONED, UNKNOWN)


def cause_of(fault: Exception) -> str:
    """The word for a fault."""
    return next(word for kind, word in _WORDS.items() if isinstance(fault, kind))
