"""MongoDB, as its official image is started."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="mongo",
    title="MongoDB",
    images=("mongo",),
    ports=(27017,),
)
