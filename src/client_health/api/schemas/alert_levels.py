"""Alert levels."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from client_health.api.schemas.base import ORG, AlertLevelWord, Answer


class AlertLevelBody(BaseModel):
    """The alert level to set."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"level": "PROACTIVE"}]})

    level: AlertLevelWord


class AlertLevelAnswer(Answer):
    """How loudly the customer wants to be told; null in the last two: nobody has set it."""

    organization_id: str = Field(examples=[ORG])
    level: AlertLevelWord = Field(examples=["PROACTIVE"])
    changed_by: str | None = Field(examples=["dana"])
    changed_at: datetime | None = Field(examples=["2026-03-02T09:15:00Z"])
