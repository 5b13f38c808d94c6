"""Which hosts a build may reach: the setting, and what is read from this machine's package clients."""

import pytest

from sandbox import indexes
from sandbox.faults import HostFault


@pytest.fixture(autouse=True)
def clients(monkeypatch):
    """Package clients that name two indexes."""
    monkeypatch.setattr(indexes, "CLIENTS", (lambda: iter(["https://one.test/simple", "http://two.test:8080/"]),))
    indexes.clients.cache_clear()
    yield
    indexes.clients.cache_clear()


def test_default_is_what_the_clients_use_and_every_public_host(monkeypatch):
    monkeypatch.delenv("ASSAY_BUILD_HOSTS", raising=False)
    assert indexes.reach() == indexes.Reach(("one.test", "two.test:8080"), public=True)


@pytest.mark.parametrize(
    ("said", "named", "public"),
    [
        ("", (), False),
        ("clients", ("one.test", "two.test:8080"), False),
        ("public", (), True),
        (" Mirror.TEST , *.campus.test:8443,one.test", ("mirror.test", "*.campus.test:8443", "one.test"), False),
        ("one.test,clients,one.test", ("one.test", "two.test:8080"), False),
    ],
)
def test_setting_says_which_hosts(monkeypatch, said, named, public):
    monkeypatch.setenv("ASSAY_BUILD_HOSTS", said)
    assert indexes.reach() == indexes.Reach(named, public)


@pytest.mark.parametrize("entry", ["https://one.test", "one.test/path", "a b", "*", "one.test:port", "-", "one.test:"])
def test_entry_that_is_no_host_is_named(monkeypatch, entry):
    monkeypatch.setenv("ASSAY_BUILD_HOSTS", f"public,{entry}")
    with pytest.raises(HostFault, match="is no host"):
        indexes.reach()


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Index.Test/simple/", "index.test"),
        ("https://user:pass@index.test:8443/", "index.test:8443"),
        ("http://index.test:80/", "index.test"),
        ("https://[2001:db8::1]/", "2001:db8::1"),
        ("https://index.test:99999/", ""),
        ("file:///srv/wheels", ""),
        ("ftp://index.test/", ""),
        ("index.test", ""),
        ("", ""),
    ],
)
def test_authority_of_an_address(address, host):
    assert indexes.authority(address) == host


def test_apt_archives_are_read_in_both_formats(tmp_path):
    (tmp_path / "sources.list").write_text(
        "deb https://old.test/debian bookworm main\n# deb https://off.test/debian bookworm main\n"
    )
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "new.sources").write_text("Types: deb\nURIs: http://new.test/debian https://other.test/\n")
    (folder / "flat.list").write_text("deb [signed-by=/x.gpg] https://flat.test/ ./\n")
    found = {indexes.authority(address) for address in indexes.apt(tmp_path)}
    assert found == {"old.test", "new.test", "other.test", "flat.test"}
    assert list(indexes.apt(tmp_path / "missing")) == []


def test_index_that_is_set_for_pip_is_read(monkeypatch):
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://a.test/simple https://b.test/simple")
    assert {"https://a.test/simple", "https://b.test/simple"} <= set(indexes.pip())
