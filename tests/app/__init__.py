"""Tests of what wraps the whole application."""
