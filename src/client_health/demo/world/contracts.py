"""What was agreed with each tenant: segment, yearly revenue, renewal, and who looks after it."""

from datetime import date
from random import Random

SUCCESS_MANAGERS = ("Amara Okafor", "Bram de Vries", "Elif Kaya", "Grace Liu", "Hannah Weiss")
SEGMENTS = (("SMB", 25), ("Mid-market", 120), ("Enterprise", None))  # up to so many users
YEAR = 365


def contract(number: int, users: int, last_day: int) -> dict[str, object]:
    """Terms as the application keeps them in its settings. They renew within a year of the last day."""
    dice = Random(f"contract {number}")
    segment = next(name for name, most in SEGMENTS if most is None or users <= most)
    renewal = date.fromordinal(last_day + dice.randint(3, YEAR))
    return {
        "segment": segment,
        "arr": round(max(users, 5) * dice.randint(240, 520), -2),
        "renewalDate": renewal.isoformat(),
        "successManager": dice.choice(SUCCESS_MANAGERS),
    }
