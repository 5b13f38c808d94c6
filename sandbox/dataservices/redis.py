"""Redis, as its official image is started."""

from sandbox.dataservices import DataService, as_it_is, as_user


def dockerfile(image: str) -> str:
    """The images of Redis Stack have no user of their own: root without capabilities serves as well."""
    if "redis-stack" in image or "redismod" in image:
        return as_it_is(image)
    return as_user("valkey" if "valkey" in image else "redis")(image)


SERVICE = DataService(
    id="redis",
    title="Redis",
    images=("redis", "valkey/valkey", "redis/redis-stack-server", "redis/redis-stack", "redislabs/redismod"),
    ports=(6379,),
    dockerfile=dockerfile,
    variables={
        "REDIS_URL": "redis://{name}:6379/0",
        "REDIS_HOST": "{name}",
        "REDIS_PORT": "6379",
    },
    drivers=("redis", "ioredis", "bull", "bullmq", "rq", "arq", "django-redis", "flask-redis"),
    settings={
        r"\w*REDIS\w*(?:UR[IL]|DSN)|REDIS": "redis://{name}:6379/0",
        r"(?:CELERY\w*_)?(?:BROKER|(?:RESULT_)?BACKEND)(?:_UR[IL])?|CELERY\w*_(?:BROKER|BACKEND)": "redis://{name}:6379/0",
        r"\w*REDIS_?HOST(?:NAME)?": "{name}",
        r"\w*REDIS_?PORT": "6379",
    },
    at_need=True,
)
