"""Chroma, as its official image is started."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="chroma",
    title="Chroma",
    images=("chromadb/chroma",),
    ports=(8000,),
    variables={
        "CHROMA_HOST": "{name}",
        "CHROMA_PORT": "8000",
    },
)
