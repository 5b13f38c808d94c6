"""Redis, as its official image is started."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="redis",
    title="Redis",
    images=("redis", "valkey/valkey", "redis/redis-stack-server", "redis/redis-stack"),
    ports=(6379,),
)
