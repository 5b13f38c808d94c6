"""People: users, sign-in, organisations and API tokens."""
