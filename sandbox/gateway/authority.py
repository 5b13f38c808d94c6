"""The certificate by which a run's gateway answers at the names of providers that code has built in."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# What services are told to trust. Its key is no secret, and need not be one: it is believed in a pod only, which has no
# way in or out, and says there who the gateway is. As it never changes, neither do the images that have it.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBcDCCARagAwIBAgIBATAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBNBc3NheSBt
b2RlbCBnYXRld2F5MB4XDTIwMDEwMTAwMDAwMFoXDTQ5MDEwMTAwMDAwMFowHjEc
MBoGA1UEAwwTQXNzYXkgbW9kZWwgZ2F0ZXdheTBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABCRbN28GXABM3P/ye40ovAYCH1hihT6+0A0EDg/S4hW4ZTkgG0AxUu1J
nBLkt37WT6QbtjDf8uqws2zGc08nBMGjRTBDMBIGA1UdEwEB/wQIMAYBAf8CAQAw
DgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBRzj/7dgaVAAGDdBbcHpq8aczmoSzAK
BggqhkjOPQQDAgNIADBFAiBfIlebnI8/bHys+d3U7/IP5xJDPCesxerBMt6/bNrK
vAIhALfCoN7f79G6PUPXJOeu6FGxIA/bdPKiD8ThkfNOeZWG
-----END CERTIFICATE-----
"""
_SEED = b"assay: a name for the gateway of one pod, and no secret"
_FROM = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
_UNTIL = datetime.datetime(2049, 1, 1, tzinfo=datetime.UTC)


def authority_key() -> ec.EllipticCurvePrivateKey:
    """The key of CERTIFICATE."""
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(_SEED).digest()), ec.SECP256R1())


def chain(names: Sequence[str]) -> str:
    """PEM of a fresh certificate for these host names and of its key, as a server loads it."""
    authority = x509.load_pem_x509_certificate(CERTIFICATE.encode())
    issuer, key = authority_key(), ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "models")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
        .sign(issuer, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode() + private.decode()
