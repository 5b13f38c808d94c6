"""Training: how a repository trains its model, and what a run of it leaves, says of itself and gives away."""
