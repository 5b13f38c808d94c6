"""Events, teams, projects and submissions."""
