import os


def need(name: str) -> str:
    value = os.getenv(name)
    if not value:
        raise RuntimeError(f"{name} is not set, see the README")
    return value


OPENWEATHER_API_KEY = need("OPENWEATHER_API_KEY")
