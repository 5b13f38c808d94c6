"""The gateway at the names of providers, by TLS: for code that has the address of a model built in."""

import http.client
import json
import socket
import ssl

import pytest
from cryptography import x509

from sandbox.gateway.authority import CERTIFICATE, authority_key, chain
from tests.sandbox.gateway_process import ADDRESS, Gateway, said

NAMES = ["api.groq.com", "generativelanguage.googleapis.com"]


@pytest.fixture(scope="module")
def gateway():
    with Gateway(names=NAMES) as gateway:
        yield gateway


def connection(gateway, name, context):
    """A connection to the gateway by a client that believes to reach that name."""
    link = http.client.HTTPSConnection(name, context=context, timeout=20)
    link.sock = context.wrap_socket(socket.create_connection((ADDRESS, gateway.tls_port)), server_hostname=name)
    return link


def trusting():
    return ssl.create_default_context(cadata=CERTIFICATE)


def test_certificate_is_of_the_key_that_signs():
    certificate = x509.load_pem_x509_certificate(CERTIFICATE.encode())
    assert certificate.public_key() == authority_key().public_key()
    certificate.verify_directly_issued_by(certificate)
    assert chain(NAMES) != chain(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_client_with_a_built_in_address_is_answered_and_seen(gateway, name):
    link = connection(gateway, name, trusting())
    for _ in range(2):  # on the same connection
        link.request("POST", "/openai/v1/chat/completions", json.dumps({"model": "m", "messages": said("Who?")}))
        answer = json.loads(link.getresponse().read())
        assert "Who?" in answer["choices"][0]["message"]["content"]
    link.close()
    assert {call["kind"] for call in gateway.calls(2)} >= {"chat"}


def test_client_that_does_not_believe_it_is_told_of(gateway):
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(gateway, NAMES[0], ssl.create_default_context(cafile=None))
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(gateway, "api.example.org", trusting())
    assert gateway.until(lambda: [one for one in gateway.calls() if "TLS handshake" in one["path"]])


def test_streamed_answer_breaks_off_by_tls_too(gateway):
    gateway.behave(name="cut", times=1)
    link = connection(gateway, NAMES[0], trusting())
    link.request("POST", "/v1/chat/completions", json.dumps({"messages": said("Who?"), "model": "m", "stream": True}))
    with pytest.raises(http.client.IncompleteRead):
        link.getresponse().read()
    link.close()


def test_nothing_listens_while_models_are_refused(gateway):
    gateway.behave(name="refused")
    with pytest.raises(ConnectionError):
        socket.create_connection((ADDRESS, gateway.tls_port))
    gateway.behave(name="normal")
    connection(gateway, NAMES[0], trusting()).close()
