"""MongoDB, as its official image is started, or as the server of ours that stands in for it."""

from sandbox.dataservices import DataService, as_user

SERVICE = DataService(
    id="mongo",
    title="MongoDB",
    images=("mongo", "mongodb/mongodb-community-server"),
    ports=(27017,),
    dockerfile=as_user("mongodb"),
    variables={
        "MONGODB_URI": "mongodb://{name}:27017/",
        "MONGO_URI": "mongodb://{name}:27017/",
        "MONGO_URL": "mongodb://{name}:27017/",
    },
    drivers=("mongoose", "mongodb", "pymongo", "motor", "beanie", "mongoengine", "flask-pymongo", "odmantic"),
    settings={
        r"\w*MONGO\w*(?:URI|URL|CONN\w*|DSN)|MONGO(?:DB)?|ATLAS_UR[IL]": "mongodb://{name}:27017/app",
        r"(?:DB|DATABASE)_?(?:UR[IL]|CONN\w*|STRING)": "mongodb://{name}:27017/app",
        r"MONGO(?:DB)?_?HOST(?:NAME)?": "{name}",
        r"MONGO(?:DB)?_?PORT": "27017",
    },
)
