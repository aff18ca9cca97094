"""The cast: tenants whose data tell a story that ends on the last simulated day.

Knots are (days before the last day, level). A fall shows late, because a user counts for 30 days after the
last login and a feature for 90 days after its last use; a rise shows at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from client_health.demo.world.traits import Knots, Trait

LOGIN, CASES, CAMPAIGNS, FEATURES, TICKETS = Trait


@dataclass(frozen=True)
class Story:
    """What to look for in a tenant of the demo."""

    key: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Character:
    """A tenant of the cast and the levels that it lives through."""

    name: str
    industry: str
    users: int
    story: Story
    levels: Mapping[Trait, Knots]
    born: int | None = None
    silent_days: int = 0
    rots_from: int = 0
    moves_users_at: int | None = None
    case_pace: float = 36.0
    campaign_rhythm: int = 10


def steady(level: float, **changes: Knots) -> Mapping[Trait, Knots]:
    """The same level in every trait except those named."""
    return {trait: changes.get(trait.name.lower(), ((0, level),)) for trait in Trait}


CAST = (
    Character(
        "Driftwood Assurance", "FINANCIAL_SERVICES", 140,
        Story("slow_slide", "Slow slide",
              "Loses two to three points every week, too little for the weekly trend to notice."),
        steady(
            94,
            login=((122, 98), (30, 62)),
            cases=((108, 98), (12, 62)),
            campaigns=((104, 98), (4, 61)),
            features=((182, 98), (92, 67)),
            tickets=((105, 96), (12, 60)),
        ),
        case_pace=60.0,
        campaign_rhythm=7,
    ),
    Character(
        "Linchpin Robotics", "TECHNOLOGY", 64,
        Story("champion_left", "Champion left",
              "The champion and the power users left a month ago: logins stop and features lapse."),
        steady(
            88,
            login=((36, 92), (31, 18)),
            campaigns=((25, 88), (14, 22)),
            features=((112, 100), (94, 34)),
        ),
    ),
    Character(
        "Tempest Freight", "LOGISTICS", 52,
        Story("ticket_storm", "Ticket storm", "Opened a dozen support tickets in the last ten days."),
        steady(71, cases=((0, 66),), campaigns=((0, 65),), tickets=((10, 94), (9.99, -320))),
    ),
    Character(
        "Phoenixgate Clinics", "HEALTHCARE", 70,
        Story("recovery", "Recovery", "Was at high risk two months ago; a new team turned it around."),
        steady(
            94,
            login=((62, 22), (20, 92)),
            cases=((78, 20), (35, 96)),
            campaigns=((70, 22), (30, 96)),
            features=((60, 36), (18, 96)),
            tickets=((66, 30), (40, 94)),
        ),
    ),
    Character(
        "Solstice Outfitters", "RETAIL", 90,
        Story("seasonal_dip", "Seasonal dip", "Everyone is away for the season, and then comes back."),
        steady(
            92,
            login=((128, 94), (112, 38), (84, 38), (66, 94)),
            cases=((112, 94), (100, 58), (84, 58), (70, 94)),
            campaigns=((112, 94), (100, 60), (84, 60), (70, 94)),
        ),
    ),
    Character(
        "Firstlight Biotech", "HEALTHCARE", 24,
        Story("new_customer", "New customer", "Signed up twelve days ago: too young to be judged."),
        steady(70, login=((12, 20), (0, 85)), features=((12, 20), (0, 55))),
        born=12,
    ),
    Character(
        "Quietwater Utilities", "ENERGY", 58,
        Story("data_stopped", "Data stopped", "Nothing has been written for this tenant for six days."),
        steady(86),
        silent_days=6,
    ),
    Character(
        "Paperhill Components", "MANUFACTURING", 76,
        Story("overdue_cases", "Overdue cases", "Open cases pile up long past their due dates."),
        steady(82, cases=((62, 92), (52, 10))),
        rots_from=60,
        case_pace=45.0,
    ),
    Character(
        "Hollow Oak Ventures", "FINANCIAL_SERVICES", 0,
        Story("empty_tenant", "Empty tenant", "Created long ago and never used by anyone."),
        steady(0),
        case_pace=0.0,
        campaign_rhythm=0,
    ),
    Character(
        "Arctic Tern Academy", "EDUCATION", 80,
        Story("migration", "Migration", "Moved half of its users to new accounts, which dips and heals."),
        steady(90, login=((0, 104),)),
        moves_users_at=90,
    ),
)  # fmt: skip
