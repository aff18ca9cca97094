"""Invented companies and people."""

import json
import re
from collections.abc import Iterator, Mapping
from random import Random

TRADES = {
    "HEALTHCARE": ("Clinics", "Health", "Medical Group", "Care Partners", "Diagnostics"),
    "FINANCIAL_SERVICES": ("Capital", "Credit Union", "Insurance", "Wealth", "Payments"),
    "MANUFACTURING": ("Fabrication", "Precision", "Components", "Packaging", "Ceramics"),
    "TECHNOLOGY": ("Software", "Analytics", "Networks", "Robotics", "Cloud"),
    "RETAIL": ("Outfitters", "Grocers", "Home", "Market", "Trading"),
    "EDUCATION": ("Academy", "Learning", "College", "Schools Trust", "Institute"),
    "ENERGY": ("Power", "Renewables", "Grid", "Utilities", "Energy"),
    "LOGISTICS": ("Freight", "Logistics", "Carriers", "Shipping", "Warehousing"),
}
BEGINNINGS = (
    "Alder", "Amber", "Ash", "Birch", "Bright", "Cedar", "Clear", "Copper", "Crane", "Dun", "East", "Elm",
    "Fair", "Fern", "Glen", "Golden", "Green", "Haw", "Heron", "High", "Iron", "Lark", "Maple", "Marl",
    "North", "Oak", "Otter", "Pine", "Raven", "Red", "Rowan", "Silver", "Stone", "Thorn", "West", "Wren",
)  # fmt: skip
ENDINGS = (
    "bridge", "brook", "bury", "combe", "croft", "dale", "field", "ford", "gate", "ham",
    "haven", "hurst", "leigh", "mere", "moor", "ridge", "stead", "well", "wick", "wood",
)  # fmt: skip
FIRST_NAMES = (
    "ada", "amir", "bea", "carlos", "chen", "dana", "elif", "emeka", "femi", "greta", "hana", "ivan",
    "jonas", "kavya", "lena", "luis", "mara", "nils", "noor", "olga", "priya", "rosa", "sami", "tom",
)  # fmt: skip
LAST_NAMES = (
    "abara", "becker", "costa", "dahl", "evans", "fischer", "garcia", "haddad", "ito", "jensen", "khan",
    "lindgren", "moreau", "novak", "okafor", "patel", "quinn", "rossi", "silva", "tanaka", "weber", "yilmaz",
)  # fmt: skip
PLENTY = 10_000  # of 28,800 names: from here on a repeated one gets a number
ROLES = ("INVESTIGATOR", "MANAGER", "EMPLOYEE", "COMPLIANCE_OFFICER")


def companies(dice: Random) -> Iterator[tuple[str, str]]:
    """Distinct company names with their industry, without end."""
    seen: set[str] = set()
    while True:
        industry = dice.choice(list(TRADES))
        name = f"{dice.choice(BEGINNINGS)}{dice.choice(ENDINGS)} {dice.choice(TRADES[industry])}"
        if name in seen and len(seen) < PLENTY:
            continue
        if name in seen:
            name = f"{name} {len(seen)}"
        seen.add(name)
        yield name, industry


def slug(name: str) -> str:
    """driftwood-assurance"""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def email(dice: Random, number: int, domain: str) -> str:
    """An address of one person at a company."""
    return f"{dice.choice(FIRST_NAMES)}.{dice.choice(LAST_NAMES)}{number}@{domain}.example"


def settings(dice: Random, industry: str, users: int, number: int, contract: Mapping[str, object]) -> str:
    """The settings as applications keep them: now and then a key is absent or of the wrong type."""
    employees: object = max(1, users) * dice.randint(3, 20)
    flaw = number % 40
    if flaw == 11:
        return json.dumps({"timezone": "UTC", **contract})
    if flaw == 17:
        return json.dumps({"industrySector": industry, **contract})
    if flaw == 23:
        employees = f"about {employees}"
    sector: object = 42 if flaw == 31 else industry
    return json.dumps({"industrySector": sector, "employeeCount": employees, **contract})
