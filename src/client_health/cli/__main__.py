"""`python -m client_health.cli` is the command `client-health`."""

from client_health.cli.main import main

main()
