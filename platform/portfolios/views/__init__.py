"""Pages and machine endpoints of portfolios, one module an audience."""
