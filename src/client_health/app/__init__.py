"""Whole processes: API, worker, or both."""
