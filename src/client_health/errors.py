"""One class per kind of fault that a user can cause or must be told about."""


class ClientHealthError(Exception):
    """A fault with a message for people: it names the thing that is wrong and the next thing to do."""


class ConfigError(ClientHealthError):
    """The configuration or a scorecard file cannot be used as it is written."""


class SourceError(ClientHealthError):
    """A source did not answer, or its answer cannot be used."""


class UnusableAnswerError(SourceError):
    """A query's answer has the wrong shape; asking again would bring the same."""


class SourceUnreachableError(SourceError):
    """No connection to a source could be opened."""


class NoTenantsError(SourceError):
    """The tenants query returned no row, or lost so many that publishing would be wrong."""


class StoreError(ClientHealthError):
    """The store cannot be reached or is not what this version expects."""


class NewerStoreError(StoreError):
    """A newer version of the program has brought the store to a schema that this one does not know."""


class NotFoundError(ClientHealthError):
    """There is no such tenant, job, key or scorecard."""


class KeyExpiredError(ClientHealthError):
    """An API key is right, but its time is over."""


class ConflictError(ClientHealthError):
    """The request does not fit the present state."""


class StaleVersionError(ConflictError):
    """Somebody else changed it since the caller last looked."""


class RunCancelledError(ClientHealthError):
    """Somebody cancelled the run."""


class RunLostError(ClientHealthError):
    """Another worker has taken the run over; this attempt may not publish."""


class RunInterruptedError(ClientHealthError):
    """The process was told to stop; the run is left for whoever takes it next."""


class UsageError(ClientHealthError):
    """A command was called with an option that cannot be understood."""
