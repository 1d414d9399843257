"""Faults on purpose: damaged files, and what the machine may do to a batch."""
