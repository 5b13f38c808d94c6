from fastapi import FastAPI

import config

app = FastAPI()


@app.get("/health")
def health():
    return {"status": "ok", "key": bool(config.OPENWEATHER_API_KEY)}
