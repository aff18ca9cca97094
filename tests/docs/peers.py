"""What the examples on peers call: the product's comparison of one value with others."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from client_health.benchmarks.figures import FEWEST_PEERS, Histogram


def peers(value: int, others: Sequence[int]) -> None:
    """Print how a tenant with this value stands among the others, as the product stores and tells it."""
    stored = sorted(Counter([value, *others]).items())
    among = Histogram.unpacked(np.array(stored, dtype=np.float64).ravel()).without(value)
    figures = among.figures()
    if figures is None:
        print(f"too few peers: {among.total} others, {FEWEST_PEERS} are needed")
        return
    quartiles = f"P25 {figures.p25}, median {figures.median}, P75 {figures.p75}, mean {figures.mean}"
    print(f"percentile {among.mid_rank(value)}, {quartiles}, {among.total} others")
