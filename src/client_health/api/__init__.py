"""The REST API: endpoints that check who is calling, call plain functions, and answer in JSON."""
