"""``python -m riskwarn``: the command line."""

from riskwarn.cli import main

main()
