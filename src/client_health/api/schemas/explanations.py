"""Why a score moved."""

from datetime import date

from pydantic import Field

from client_health.api.schemas.base import ORG, Answer


class ExplainedPart(Answer):
    """Points that one component's own movement brought or cost, and the measures behind it."""

    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login activity"])
    points: float = Field(examples=[-6.6])
    score_from: int | None = Field(examples=[87])
    score_to: int | None = Field(examples=[54])
    measures_from: dict[str, float] = Field(examples=[{"active_users": 55, "total_users": 90}])
    measures_to: dict[str, float] = Field(examples=[{"active_users": 34, "total_users": 90}])
    sentence: str = Field(
        examples=["Login activity fell from 87 to 54 (active users 55 → 34 of 90): −6.6 points."]
    )


class ExplainedCause(Answer):
    """Points of a cause that is no component's own."""

    points: float = Field(examples=[0.0])
    sentence: str = Field(examples=["The scorecard is the same, default v1."])


class RemedyAnswer(Answer):
    """The smallest change of one measure that takes the tenant to LOW; null: not by this component alone."""

    key: str = Field(examples=["login"])
    measure: str = Field(examples=["active_users"])
    value_from: float | None = Field(examples=[34.0])
    value_to: float | None = Field(examples=[49.0])
    sentence: str = Field(examples=["Login activity: active users from 34 to 49."])


class ExplanationAnswer(Answer):
    """Why a score moved. Components, scorecard, availability and rounding sum exactly to the change."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    date_from: date = Field(examples=["2026-02-22"])
    date_to: date = Field(examples=["2026-03-01"])
    score_from: int = Field(examples=[81], description="0 to 100, high is healthy.")
    score_to: int = Field(examples=[74])
    change: int = Field(examples=[-7])
    components: list[ExplainedPart]
    scorecard: ExplainedCause
    availability: ExplainedCause
    rounding: float = Field(examples=[-0.4])
    to_low: list[RemedyAnswer]
