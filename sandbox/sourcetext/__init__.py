"""Source of compiled languages, read as text: no compiler runs, and what is not spelled out is not found."""
