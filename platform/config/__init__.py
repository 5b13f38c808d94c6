"""Site configuration: settings, URLs, the queue and the server entry points."""
