"""Figures, days and states as people read them. Used as filters in the templates."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width

from client_health.instants import iso

RISK_WORDS = {"LOW": "Healthy", "MEDIUM": "At risk", "HIGH": "Critical", "UNKNOWN": "Not enough data"}
RISK_ICONS = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high", "UNKNOWN": "unknown"}
TREND_WORDS = {"IMPROVING": "improving", "STABLE": "stable", "DECLINING": "declining"}
ALERT_WORDS = {"NONE": "Off", "DASHBOARD_ONLY": "Dashboard", "PROACTIVE": "Proactive"}
REASON_WORDS = {
    "score": "by score and trend",
    "not_alive": "nobody is active",
    "missing_data": "too much data is missing",
    "new": "new: its window is not full yet",
    "no_score": "no component has figures",
}
NOTHING = "–"
SHORT = 4  # letters of an abbreviation, which stays in capitals: SMB


def number(value: float | None, digits: int = 0) -> str:
    """With thousands separators; a dash where it is unknown."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def figure(value: float | None) -> str:
    """Whole where it is whole, else with two decimals at most."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def signed(value: float | None, digits: int = 0) -> str:
    """With its sign, a true minus; ±0 where nothing changed."""
    if value is None:
        return NOTHING
    shown = f"{abs(value):,.{digits}f}"
    if not float(shown.replace(",", "")):
        return f"±{shown}"
    return f"{'+' if value > 0 else '−'}{shown}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as whole percent; a little is not nothing, and nearly all is not all."""
    if share is None:
        return NOTHING
    if 0 < share < 0.005 or 0.995 <= share < 1:
        return "<1%" if share < 0.5 else ">99%"
    return f"{share * 100:.0f}%"


def weight(share: float) -> str:
    """A share from 0 to 1 in percent, with the decimals that it has: 12.5%."""
    return f"{share * 100:.10g}%"


def plain(value: float) -> str:
    """A number on an axis: with every digit that matters."""
    return f"{value:,.6g}"


def money(amount: float | None) -> str:
    """An amount in thousands or millions: 950, 48k, 1.2M."""
    if amount is None:
        return NOTHING
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if amount >= size:
            scaled = f"{amount / size:.1f}" if amount < 10 * size and unit == "M" else f"{amount / size:.0f}"
            return f"{scaled.removesuffix('.0')}{unit}"
    return f"{amount:.0f}"


def is_wider(text: str, most: float) -> bool:
    """Whether a text may need more than `most` pixels in a list; rather a little too early than too late."""
    return sum(map(_width, text)) > most


@lru_cache(1000)
def _width(letter: str) -> float:
    if letter in "fijlrt .,'-|":
        return 4.5
    if letter in "mwMW@%—" or east_asian_width(letter) in "WF":
        return 13
    return 10.5 if letter.isupper() else 7.8


def ordinal(value: int | None) -> str:
    """1st, 2nd, 3rd, 11th."""
    if value is None:
        return NOTHING
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def instant(value: datetime | None) -> str:
    """An instant in UTC to the minute, with its zone: 2026-03-02 02:14 UTC."""
    return NOTHING if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def machine_time(value: datetime | date) -> str:
    """For `<time datetime>`."""
    return iso(value) if isinstance(value, datetime) else value.isoformat()


def day(value: date | None) -> str:
    """A date."""
    return NOTHING if value is None else value.isoformat()


def month(value: datetime | date | None) -> str:
    """A month."""
    return NOTHING if value is None else f"{value:%Y-%m}"


def ago(value: datetime | None, now: datetime) -> str:
    """How long ago, in the largest fitting unit."""
    if value is None:
        return "never"
    seconds = max(0, int((now - value).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'s' if count != 1 else ''} ago"
    return "just now"


def ahead(value: datetime, now: datetime) -> str:
    """How far off, in the largest fitting unit: in 5 hours."""
    told = ago(now, value)
    return "now" if told == "just now" else f"in {told.removesuffix(' ago')}"


def duration(seconds: float | None) -> str:
    """Seconds as people say them: 0.4 s, 12 s, 3 min 5 s, 24 h 0 min."""
    if seconds is None:
        return NOTHING
    if seconds < 0.05:
        return "< 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60:,} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def initials(name: str | None) -> str:
    """Up to three letters for an avatar."""
    words = [word for word in (name or "").replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:3])


def plural(count: int, one: str, many: str | None = None) -> str:
    """`3 tenants`, `1 tenant`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def words(name: str) -> str:
    """The name of a measure or a state as words."""
    return name.replace("_", " ").lower()


def sentence_case(name: str) -> str:
    """The same as the begin of a sentence."""
    plain = words(name)
    return plain[:1].upper() + plain[1:]


def capital(text: str) -> str:
    """A sentence that begins with a capital; the rest as it is."""
    return text[:1].upper() + text[1:]


def action_words(action: str) -> str:
    """What was done, by the name that the audit log has for it: "key rotated"."""
    return words(action.replace(".", " "))


def listed(value: Any) -> str:
    """A value of an entry of the audit log: the members of a list one after the other."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def detail(value: Any, name: str) -> str:
    """The same as people write it; its name says what it is."""
    if name.endswith("_seconds"):
        return duration(value)
    if name.endswith("_at"):
        return instant(datetime.fromisoformat(value))
    return f"{value:,}" if type(value) is int else listed(value)


def attribute(text: str) -> str:
    """An industry or a segment in words where it is a code, as FINANCIAL_SERVICES; else as it is."""
    coded = text.isupper() and (len(text) > SHORT or "_" in text)
    return sentence_case(text) if coded else text


FILTERS: dict[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        number,
        figure,
        signed,
        percent,
        weight,
        plain,
        money,
        ordinal,
        instant,
        machine_time,
        day,
        month,
        ago,
        ahead,
        duration,
        initials,
        plural,
        words,
        sentence_case,
        capital,
        attribute,
        action_words,
        detail,
        is_wider,
    )
} | {
    "risk_word": RISK_WORDS.__getitem__,
    "risk_icon": RISK_ICONS.__getitem__,
    "trend_word": TREND_WORDS.__getitem__,
    "alert_word": ALERT_WORDS.__getitem__,
    "reason_word": REASON_WORDS.__getitem__,
}
