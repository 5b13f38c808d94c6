import os

import redis

QUEUE = os.environ.get("QUEUE", "words")
r = redis.Redis(host=os.environ.get("REDIS_HOST", "localhost"), port=int(os.environ.get("REDIS_PORT", 6379)), decode_responses=True)
