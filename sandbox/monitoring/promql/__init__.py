"""PromQL, as much as alert rules and dashboards have: which series a query reads, and what it says of some looks."""
