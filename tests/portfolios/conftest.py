"""Fixtures of the portfolio tests: an issued credential, and a network that is not there."""

import socket

import pytest

from tests.portfolios.issued import Issued, issue


@pytest.fixture(scope="session")
def issued() -> Issued:
    return issue()


@pytest.fixture
def no_network(monkeypatch):
    """Opening any socket fails the test."""

    def refuse(*arguments, **keywords):
        raise AssertionError("something tried to open a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
