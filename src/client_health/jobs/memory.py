"""Memory that a run is done with."""

import ctypes
import sys


def give_back() -> None:
    """Give freed memory back to the system, where the C library can (glibc).

    The answers of a large fleet leave holes between what stays of them. Large arrays do not fit into these,
    so a process would hold both.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
