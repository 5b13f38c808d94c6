import uvicorn

import settings
from api import app
from log import configure

if __name__ == "__main__":
    configure()
    uvicorn.run(
        app, host="0.0.0.0", port=settings.PORT, log_config=None, access_log=False, timeout_graceful_shutdown=8
    )
