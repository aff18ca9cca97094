"""What tests of pages share."""

from tests.accounts.conftest import quick_passwords

__all__ = ["quick_passwords"]
