import os

from flask import Flask


def create_app(config=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(SECRET_KEY=os.environ.get("SECRET_KEY", "dev"))
    if config:
        app.config.update(config)

    from .views import bp

    app.register_blueprint(bp)
    return app
