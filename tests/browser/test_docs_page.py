"""The documentation of the API opens under its own policy, and needs no internet."""

from playwright.sync_api import expect


def test_the_documentation_page_draws_itself_and_breaks_no_policy(visit):
    page = visit("/docs", None)
    expect(page.get_by_role("heading", name="Client Health")).to_be_visible()
    expect(page.get_by_text("/api/v1/internal/client-health/audit", exact=True)).to_be_visible()
