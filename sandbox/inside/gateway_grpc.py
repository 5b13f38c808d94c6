"""gRPC over the gateway's HTTP/2: calls as REST requests, and what is said to those as messages, statuses and trailers.

Only the wire is another (grpc.io, "gRPC over HTTP2"): what a call is answered, and how it fails, is what its REST
request would be.
"""

import base64
import json
import urllib.parse

from gateway_exchange import reset
from gateway_gemini_grpc import MESSAGES, rest_of
from gateway_http import BODY_BYTES, Refusal, Request
from protobuf_messages import Messages

# The codes of gRPC for the statuses that dialects answer with (google.rpc.Code).
OK, INVALID, EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE = 0, 3, 8, 12, 14
CODES = {200: OK, 400: INVALID, 401: 16, 404: 5, 413: EXHAUSTED, 429: EXHAUSTED, 500: 13, 501: UNIMPLEMENTED}
MEDIA = "application/grpc"
DETAILS = Messages(
    {
        "Status": "int32 code = 1; string message = 2; repeated Any details = 3",
        "Any": "string type_url = 1; bytes value = 2",
        "RetryInfo": "Duration retry_delay = 1",
        "Duration": "int64 seconds = 1",
    }
)


class Call:
    """Of a stream of HTTP/2; an exchange as gateway_exchange.py has one of HTTP/1.1."""

    def __init__(self, stream):
        self.stream, self.answered = stream, ""
        self.path = stream.headers.get(":path", "")

    def request(self):
        """The REST request that asks the same; Refusal where the call cannot be read."""
        if self.stream.is_refused:
            raise Refusal(413, f"The message is larger than {BODY_BYTES} bytes, or too many are being sent.")
        if not self.stream.headers.get("content-type", "").startswith(MEDIA):
            raise Refusal(415, "Over HTTP/2 only gRPC is answered here.")
        try:
            request, self.answered = rest_of(self.path, message_of(self.stream.body))
        except ValueError as error:
            raise Refusal(400, f"The message cannot be read: {error}") from None
        return request or Request("POST", self.path)

    async def patience(self, seconds):
        return await self.stream.patience(seconds)

    async def answer(self, said, mode):
        """Write it; False when the connection is over."""
        stream = self.stream
        if mode.name in ("reset", "hanging"):
            reset(stream.link.writer)
            return False
        if said.status != 200 or not self.answered:
            code = CODES.get(said.status, UNAVAILABLE) if self.answered else UNIMPLEMENTED
            await self.fail(code, said.document["error"]["message"], said.headers.get("Retry-After"))
            return True
        documents = (
            [said.document] if said.frames is None else [json.loads(one[len("data: ") :]) for one in said.frames]
        )
        frames = [framed(MESSAGES.encoded(self.answered, one)) for one in documents]
        if mode.name == "malformed":
            frames = [framed(b"\x0a\xff")]
        elif mode.name == "cut":
            frames = [frames[0][: len(frames[0]) // 2]] if said.frames is None else frames[: len(frames) // 2]
        await stream.start([(":status", "200"), ("content-type", MEDIA), ("grpc-accept-encoding", "identity")])
        for frame in frames:
            if mode.pace_s and said.frames is not None and await self.patience(mode.pace_s):
                raise ConnectionAbortedError("the client left in the middle of a stream")
            await stream.send(frame)
        if mode.name == "cut":
            return False
        await stream.end([("grpc-status", str(OK))])
        return True

    async def refuse(self, refusal):
        if refusal.status == 415:
            await self.stream.start([(":status", "415"), ("content-length", "0")], end=True)
        else:
            await self.fail(CODES[refusal.status], refusal.message)

    async def fail(self, code, message, retry_s=None):
        """An answer of nothing but its status, and when to try again as Google's services say it."""
        told = [(":status", "200"), ("content-type", MEDIA), ("grpc-accept-encoding", "identity")]
        told += [("grpc-status", str(code)), ("grpc-message", urllib.parse.quote(message[:1000], safe=" ,.:;'()/"))]
        if retry_s is not None:
            told.append(("grpc-status-details-bin", retry_details(code, message, int(retry_s))))
        await self.stream.start(told, end=True)


def message_of(body):
    """The one message of a call's body; ValueError where it is none, Refusal where it is compressed."""
    if len(body) < 5 or int.from_bytes(body[1:5], "big") != len(body) - 5:
        raise ValueError("a call has one message")
    if body[0]:  # nobody was told that we read it
        raise Refusal(501, "Compressed messages are not read here.")
    return bytes(body[5:])


def framed(message):
    return b"\0" + len(message).to_bytes(4, "big") + message


def retry_details(code, message, seconds):
    """A google.rpc.Status with a RetryInfo, as a header carries it."""
    wait = base64.b64encode(DETAILS.encoded("RetryInfo", {"retryDelay": {"seconds": seconds}})).decode()
    info = {"typeUrl": "type.googleapis.com/google.rpc.RetryInfo", "value": wait}
    status = DETAILS.encoded("Status", {"code": code, "message": message, "details": [info]})
    return base64.b64encode(status).decode().rstrip("=")
