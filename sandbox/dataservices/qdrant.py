"""Qdrant, as its official image is started. No package carries its server: it comes from a registry or not at all."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="qdrant",
    title="Qdrant",
    images=("qdrant/qdrant",),
    ports=(6333, 6334),
    variables={
        "QDRANT_URL": "http://{name}:6333",
        "QDRANT_HOST": "{name}",
    },
)
