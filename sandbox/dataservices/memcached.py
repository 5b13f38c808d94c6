"""Memcached, as its official image is started."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="memcached",
    title="Memcached",
    images=("memcached",),
    ports=(11211,),
    variables={
        "MEMCACHED_HOST": "{name}",
        "MEMCACHED_PORT": "11211",
    },
)
