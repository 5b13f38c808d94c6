"""Known vulnerabilities of locked packages, from a copy of the OSV database that the operator provides."""
