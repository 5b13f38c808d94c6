from fastapi import FastAPI

from app.settings import settings

app = FastAPI(debug=settings.debug)


@app.get("/health")
def health():
    return {"status": "ok"}
