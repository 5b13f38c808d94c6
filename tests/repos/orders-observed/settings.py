import os
import sys

PORT = int(os.environ.get("PORT", "8000"))
DATABASE_URL = os.environ.get("DATABASE_URL")
if not DATABASE_URL:
    sys.exit('{"level": "error", "message": "the setting DATABASE_URL is missing"}')
