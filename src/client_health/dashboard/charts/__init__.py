"""Geometry of the charts: from figures to positions. Templates draw it as SVG."""
