"""Start commands as people write them: which server they run, and on which address and port it will listen."""
