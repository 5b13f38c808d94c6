"""MongoDB, as its official image is started. No package carries its server: it comes from a registry or not at all."""

from sandbox.dataservices import DataService, as_user

SERVICE = DataService(
    id="mongo",
    title="MongoDB",
    images=("mongo",),
    ports=(27017,),
    dockerfile=as_user("mongodb"),
    variables={
        "MONGODB_URI": "mongodb://{name}:27017/",
        "MONGO_URL": "mongodb://{name}:27017/",
    },
)
