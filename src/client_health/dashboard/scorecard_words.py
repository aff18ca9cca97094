"""Scorecards in sentences, built from the rules that they speak of."""

from collections.abc import Iterator, Sequence

from client_health.dashboard.words import plural, signed, words
from client_health.scorecard.model import AppliesTo, Component, Scorecard


def applies_to(rule: AppliesTo | None) -> str:
    """The tenants that a scorecard is for."""
    if rule is None:
        return "all tenants"
    told = [_any("segment", rule.segment), _any("industry", rule.industry)]
    low, high = rule.employees_from, rule.employees_to
    if low is not None and high is not None:
        told.append(f"{low:,} to {high:,} employees")
    elif low is not None or high is not None:
        told.append(f"{low:,} employees or more" if high is None else f"up to {high:,} employees")
    return ", ".join(one for one in told if one)


def value_words(component: Component) -> str:
    """What is scored: `active users / total users`."""
    per = component.per
    divisor = "" if per is None else f" / {words(per) if isinstance(per, str) else f'{per:g}'}"
    return f"{words(component.measure)}{divisor}"


def empty_words(component: Component) -> str | None:
    """What happens where there is nothing to measure; None where that cannot be."""
    empty = component.when_empty
    if empty is None:
        return None
    return "left out" if empty == "exclude" else f"scores {empty:g}"


def trend_rules(card: Scorecard) -> Sequence[str]:
    """When a score counts as improving or declining."""
    trend = card.trend
    return [
        f"A score is compared with the oldest one of the last {plural(trend.lookback_days, 'day')}, "
        "over the components that have figures on both dates.",
        f"Improving above {signed(trend.improving_above, _digits(trend.improving_above))} points, "
        f"declining below {signed(trend.declining_below, _digits(trend.declining_below))}; stable between.",
    ]


def risk_rules(card: Scorecard) -> Sequence[str]:
    """When a tenant counts as critical, at risk or healthy."""
    return list(_risk_rules(card))


def _risk_rules(card: Scorecard) -> Iterator[str]:
    risk = card.risk
    yield (
        f"Critical below {risk.high_below:g}, and below {risk.high_below_when_declining:g} while declining. "
        f"Healthy from {risk.low_from:g} on unless declining; at risk between."
    )
    if risk.high_when_not_alive and card.alive_measure:
        yield f"Critical whatever the score where {words(card.alive_measure)} is 0."
    if card.alive_measure:
        yield f"Where {words(card.alive_measure)} is 0, a component with nothing to measure earns nothing."
    if risk.grace_days:
        yield (
            f"Not enough data for tenants younger than {risk.grace_days:g} days: "
            "their window is not full yet."
        )
    yield (
        f"Not enough data where less than {card.min_confidence * 100:g}% of the weight has figures. "
        + _stand_in(card.max_age_days)
    )


def _stand_in(days: int) -> str:
    if not days:
        return "Figures of earlier days never stand in for a source that fails."
    return f"The last known figures stand in for a source that fails for up to {plural(days, 'day')}."


def _any(name: str, wanted: Sequence[str]) -> str:
    return f"{name} {' or '.join(wanted)}" if wanted else ""


def _digits(points: float) -> int:
    """Decimals that a threshold was written with."""
    return len(f"{points:g}".partition(".")[2])
