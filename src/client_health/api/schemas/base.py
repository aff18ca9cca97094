"""What all answers share: camelCase names, and the words that stand for states."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

RiskLevel = Literal["LOW", "MEDIUM", "HIGH", "UNKNOWN"]
TrendWord = Literal["IMPROVING", "STABLE", "DECLINING"]
AlertLevelWord = Literal["NONE", "DASHBOARD_ONLY", "PROACTIVE"]
StateWord = Literal["measured", "empty", "left_out_empty", "left_out_silent", "missing"]
FreshnessWord = Literal["fresh", "stale", "missing"]
StatusWord = Literal["queued", "active", "completed", "failed", "cancelled"]
View = Literal["comparable", "reported"]
OutcomeWord = Literal["clean", "with_errors", "suspicious"]

ORG = "acme-gmbh"


class Answer(BaseModel):
    """Base of all answers: camelCase names, and an example for the documentation."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class ScorecardRef(Answer):
    """Which scorecard version a score was made with."""

    name: str = Field(examples=["default"])
    version: int = Field(examples=[1])
