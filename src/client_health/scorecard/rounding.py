"""The one place where a score is rounded."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# 99/400 through the curve to 90 % is exactly 27.5, but in binary floats 27.499999999999996.
TOLERANCE = 1e-9


def round_half_up(values: Floats) -> Floats:
    """Round to whole numbers, halves upwards as if in exact arithmetic: 62.5 is 63. NaN stays NaN."""
    rounded: Floats = np.floor(values + (0.5 + TOLERANCE))
    return rounded
