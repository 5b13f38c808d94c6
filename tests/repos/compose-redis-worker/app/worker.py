"""takes texts from the queue and counts the words"""
from app.queue import QUEUE, r

print("worker started, waiting for texts", flush=True)
while True:
    item = r.blpop([QUEUE], timeout=2)
    if item is None:
        continue
    for word in item[1].lower().split():
        r.hincrby("counts", word, 1)
