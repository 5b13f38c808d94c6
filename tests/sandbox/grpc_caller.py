"""A gRPC client of the tests' own over h2: one connection by TLS, calls as a REST document and its answer as one."""

import socket
import ssl
import urllib.parse

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset, TrailersReceived
from h2.settings import SettingCodes

from sandbox.gateway.authority import CERTIFICATE
from tests.sandbox.gateway_process import ADDRESS
from tests.sandbox.test_inside import load

HOST = "generativelanguage.googleapis.com"
SERVICE = "/google.ai.generativelanguage.v1beta.GenerativeService/"
MODELS = "/google.ai.generativelanguage.v1beta.ModelService/"
wire, messages, _, gemini, _, grpc = (
    load(name)  # each after those that it imports
    for name in (
        "protobuf_wire",
        "protobuf_messages",
        "gateway_http",
        "gateway_gemini_grpc",
        "gateway_exchange",
        "gateway_grpc",
    )
)


class Caller:
    """In `with`. `window` is how many bytes of an answer it takes before it has read them."""

    def __init__(self, port, window=65_535):
        context = ssl.create_default_context(cadata=CERTIFICATE)
        context.set_alpn_protocols(["h2"])
        link = socket.create_connection((ADDRESS, port), timeout=20)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.link = context.wrap_socket(link, server_hostname=HOST)
        self.h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.streams = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.link.close()

    def begin(self, path, body, *, media="application/grpc"):
        """Send a request; the number of its stream."""
        number = self.h2.get_next_available_stream_id()
        self.streams[number] = {"headers": {}, "body": bytearray(), "ended": False}
        head = {":method": "POST", ":scheme": "https", ":authority": HOST, ":path": path, "content-type": media}
        self.h2.send_headers(number, list(head.items()))
        body = memoryview(body)
        while body and not self.streams[number]["ended"]:
            size = min(self.h2.local_flow_control_window(number), self.h2.max_outbound_frame_size)
            if not size:
                self.take()
                continue
            self.h2.send_data(number, body[:size])
            body = body[size:]
        if not self.streams[number]["ended"]:
            self.h2.end_stream(number)
        self.flush()
        return number

    def cancel(self, number):
        self.h2.reset_stream(number, 8)
        self.flush()

    def flush(self):
        self.link.sendall(self.h2.data_to_send())

    def take(self):
        """Read what comes next; ConnectionError at the end of the connection."""
        self.flush()
        data = self.link.recv(65_536)
        if not data:
            raise ConnectionResetError("the gateway ended the connection")
        for event in self.h2.receive_data(data):
            if isinstance(event, ConnectionTerminated):
                raise ConnectionResetError(f"the gateway ended the connection: {event.error_code}")
            stream = self.streams.get(getattr(event, "stream_id", None))
            if stream is None:
                continue
            if isinstance(event, ResponseReceived | TrailersReceived):
                stream["headers"] |= dict(event.headers)
            elif isinstance(event, DataReceived):
                stream["body"] += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded | StreamReset):
                stream["ended"] = True
        self.flush()

    def until_it_ends(self):
        """Read until the gateway ends the connection; why."""
        while True:
            try:
                self.take()
            except ConnectionError as error:
                return str(error)

    def finish(self, number):
        """{"headers": those and the trailers, "body": bytes} of a whole answer."""
        while not self.streams[number]["ended"]:
            self.take()
        return self.streams[number]

    def call(self, path, document):
        """(code, documents or the message of the error) of a call."""
        asked, answered = gemini.METHODS[tuple(path.split(".")[-1].split("/"))][1:]
        said = self.finish(self.begin(path, grpc.framed(gemini.MESSAGES.encoded(asked, document))))
        code = int(said["headers"]["grpc-status"])
        if code:
            return code, urllib.parse.unquote(said["headers"]["grpc-message"])
        documents, body = [], bytes(said["body"])
        while body:
            size = 5 + int.from_bytes(body[1:5], "big")
            documents.append(gemini.MESSAGES.decoded(answered, body[5:size]))
            body = body[size:]
        return code, documents
