"""Making a service believe the gateway at the names of providers: its certificate in the image, and who is told."""

from __future__ import annotations

from dataclasses import replace

from sandbox.gateway.authority import CERTIFICATE
from sandbox.launch.stage import last_stage
from sandbox.plan import Companion, Plan

ADDRESS, PORT = "127.0.0.1", 443
SOURCE, TARGET = ".assay/models.pem", "/etc/assay/models.pem"
# Who reads which: OpenSSL, Python's ssl, httpx and Go; requests; curl; Node.js; gRPC.
VARIABLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
)


def is_free(plan: Plan) -> bool:
    """Whether nothing of the stack's own has to listen where the gateway would."""
    return PORT not in plan.ports and not any(PORT in one.ports for one in plan.companions)


def trusting[Part: (Plan, Companion)](part: Part) -> Part:
    """The same service with the certificate in its image; unchanged when its Dockerfile cannot be read.

    A run has no way out, so that nothing else could be trusted in place of it.
    """
    stage = last_stage(part.dockerfile)
    if not stage.base:
        return part
    theirs = stage.env | part.env
    given = {name: TARGET for name in VARIABLES if name not in theirs}
    return replace(
        part,
        dockerfile=f"{part.dockerfile.rstrip()}\nCOPY {SOURCE} {TARGET}\n",
        files=part.files | {SOURCE: CERTIFICATE},
        env=part.env | given,
    )
