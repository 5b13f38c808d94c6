import time

import requests

print("mailer started", flush=True)
while True:
    time.sleep(60)
    try:
        for order in requests.get("http://api:8000/orders", timeout=5).json():
            print("to the kitchen:", order, flush=True)
    except requests.RequestException as err:
        print("no orders:", err, flush=True)
