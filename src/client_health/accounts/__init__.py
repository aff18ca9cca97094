"""Who may sign in: passwords, sign-in by password or identity provider, and what changes a user."""
