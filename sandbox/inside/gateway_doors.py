"""Where the gateway listens: plainly at an address of its own, and by TLS at the names of providers."""

import asyncio
import contextlib
import socket
import ssl
import tempfile

HANDSHAKE_S = 10.0


class Untrusted(Exception):
    """A connection over which no TLS came about: the client does not believe the certificate, or speaks no TLS."""


def door_at(address, port):
    """A socket that is bound, and does not listen yet."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((address, port))
    door.setblocking(False)
    return door


def secure_doors(tls):
    """{door: context} of {"places": [[address, port]], "chain": PEM of a certificate and its key}.

    A place where nothing may be bound is left out: who started us sees it in the ports that we name.
    """
    if not tls:
        return {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # ssl reads a certificate from a file only
        file.write(tls["chain"])
        file.flush()
        context.load_cert_chain(file.name)
    context.set_alpn_protocols(["http/1.1", "h2"])  # in our order: HTTP/2 is left to who speaks nothing else
    doors = {}
    for address, port in tls["places"]:
        with contextlib.suppress(OSError):
            doors[door_at(address, port)] = context
    return doors


async def streams(link, context, limit):
    """(reader, writer) over an accepted connection; Untrusted, and the link closed, when TLS does not come about."""
    if context is None:
        return await asyncio.open_connection(sock=link, limit=limit)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=limit, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    try:
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, link, ssl=context, ssl_handshake_timeout=HANDSHAKE_S
        )
    except (OSError, TimeoutError) as error:
        link.close()
        raise Untrusted(str(error)) from error
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def speaks_http2(transport):
    """Whether a client took HTTP/2 when TLS came about."""
    secured = transport.get_extra_info("ssl_object")
    return secured is not None and secured.selected_alpn_protocol() == "h2"
