"""Runs: one collection and scoring each, published whole or not at all, whoever performs them."""
