from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    mongo_uri: str
    debug: bool = False


settings = Settings()
