"""Reading a Node.js repository: its packages, their manager and version, what they start and what they answer."""
