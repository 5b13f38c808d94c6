"""Qdrant, as its official image is started, or as the server of ours that stands in for it."""

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
    drivers=("qdrant-client", "@qdrant/js-client-rest", "langchain-qdrant", "@langchain/qdrant", "qdrant-haystack"),
    settings={
        r"QDRANT_(?:\w+_)?(?:UR[IL]|ENDPOINT|ADDRESS)": "http://{name}:6333",
        r"QDRANT_HOST(?:NAME)?": "{name}",
        r"QDRANT_(?:HTTP_|REST_)?PORT": "6333",
    },
)
