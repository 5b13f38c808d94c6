"""Qdrant, as its official image is started."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="qdrant",
    title="Qdrant",
    images=("qdrant/qdrant",),
    ports=(6333, 6334),
)
