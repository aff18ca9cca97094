"""The command `client-health`: each file holds one command or one family of commands."""
