"""`python -m pipeline.cli`, where the command is not installed."""

from pipeline.cli import main

main()
