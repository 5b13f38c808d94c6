"""A model provider as a server on loopback, OpenAI-compatible, which knows what it was asked and by whom."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-real-and-secret-4711"


class Provider(ThreadingHTTPServer):
    """In `with`. `asked` are (path, key, document); `status` and `usage` are what it answers from now on."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.asked, self.status, self.usage = [], 200, (12, 7)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def settings(self, **more):
        """The environment of a worker that asks it."""
        given = {"PROVIDER_URL": self.url, "PROVIDER_KEY": KEY, "PROVIDER_MODEL": "true-model", **more}
        return {f"ASSAY_MODEL_{name}": str(value) for name, value in given.items()}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        provider = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        provider.asked.append((self.path, self.headers.get("Authorization"), body))
        used_in, used_out = provider.usage
        usage = {"prompt_tokens": used_in, "completion_tokens": used_out, "total_tokens": used_in + used_out}
        document = {"model": body["model"], "usage": usage}
        if self.path.endswith("/embeddings"):
            document |= {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}]}
        else:
            message = {"role": "assistant", "content": "true words of a true model"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            document |= {"id": "x", "object": "chat.completion", "created": 1, "choices": [choice]}
        text = json.dumps(document if provider.status == 200 else {"error": {"message": KEY}}).encode()
        self.send_response(provider.status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Nothing: what was asked is kept."""
