"""Commands of portfolios."""
