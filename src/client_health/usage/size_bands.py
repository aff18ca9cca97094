"""Size bands: how many people a tenant employs, told roughly enough to compare tenants."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SizeBand:
    """A band of employee counts from `first` up to the next band; `label` as people write it."""

    id: str
    label: str
    first: int


SIZE_BANDS = (
    SizeBand("1-100", "1–100", 1),
    SizeBand("101-500", "101–500", 101),
    SizeBand("501-2000", "501–2,000", 501),
    SizeBand("2001+", "2,001+", 2001),
)


def band_of(employees: int | None) -> SizeBand | None:
    """The band of an employee count; None where it is unknown or 0."""
    fitting = [band for band in SIZE_BANDS if employees is not None and employees >= band.first]
    return fitting[-1] if fitting else None


def band_named(text: str) -> SizeBand | None:
    """The band with this id or label; the plus may be missing, which an address turns into a space."""
    wanted = _plain(text)
    return next((band for band in SIZE_BANDS if _plain(band.id) == wanted), None)


def _plain(text: str) -> str:
    return text.replace("–", "-").replace(",", "").strip().removesuffix("+")
