"""What a source shows of care, read as text: what was committed, calls that are dangerous, commands, Dockerfiles."""
