"""How long figures of the past are kept, by date and by month."""

from pydantic import Field

from client_health.settings.section import Section


class RetentionSettings(Section):
    """What of the past is kept. Without this section, everything; with it, older months are rolled up."""

    daily_days: int = Field(
        default=400,
        ge=31,
        le=36_500,
        description="Every date is kept for this many days before the latest one; of a month that lies "
        "before them as a whole only its last date is.",
    )
    months: int = Field(
        default=0,
        ge=0,
        le=1200,
        description="Those last dates are kept for this many months before the latest one; 0: for ever.",
    )
