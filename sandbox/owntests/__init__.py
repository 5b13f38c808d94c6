"""The team's own tests: which command runs them, what it said, and whether they notice a fault planted in the code."""
