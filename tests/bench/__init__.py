"""Measurements of speed and exactness, run by hand."""
