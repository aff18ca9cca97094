"""Scoring stored usage again: to try a draft, to publish it, to mend the past."""
