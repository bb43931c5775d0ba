"""Certificates made in memory: self-signed as a gateway's, and from an authority of our own as the cloud's."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NOT_BEFORE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_AFTER: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""TLS checks these against the machine's own clock, which a test's frozen time does not move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate with the key it belongs to, both as PEM; `fingerprint` is its SHA-256 in hex."""

    pem: bytes
    key_pem: bytes
    fingerprint: str

    @property
    def public_key(self) -> str:
        """The SHA-256 of its public key (SubjectPublicKeyInfo, DER), in hex."""
        key = x509.load_pem_x509_certificate(self.pem).public_key()
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return sha256(der).hexdigest()

    @property
    def ends(self) -> datetime:
        """When its validity ends."""
        return x509.load_pem_x509_certificate(self.pem).not_valid_after_utc

    def load_into(self, context: ssl.SSLContext) -> None:
        """Make a server's context present this certificate from its next handshake on."""
        with TemporaryDirectory() as folder:
            file = Path(folder, "server.pem")
            file.write_bytes(self.key_pem + self.pem)
            context.load_cert_chain(file)


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _authority_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, ends: datetime = _NOT_AFTER
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(ends)
    )


def _bundle(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Certificate:
    return Certificate(
        pem=certificate.public_bytes(serialization.Encoding.PEM),
        key_pem=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def self_signed(common_name: str, *, ends: datetime = _NOT_AFTER) -> Certificate:
    """Make a certificate as a gateway has it, with a new key: signed by itself, its name matching no address."""
    return _self_signed(common_name, ec.generate_private_key(ec.SECP256R1()), ends)


def renewed(certificate: Certificate, *, ends: datetime = _NOT_AFTER) -> Certificate:
    """Make another certificate with the key of a self-signed one."""
    key = serialization.load_pem_private_key(certificate.key_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("no elliptic curve key")
    return _self_signed("envoy", key, ends)


def _self_signed(common_name: str, key: ec.EllipticCurvePrivateKey, ends: datetime) -> Certificate:
    return _bundle(_builder(common_name, common_name, key, ends).sign(key, hashes.SHA256()), key)


@cache
def authority() -> Certificate:
    """Return this process's certificate authority."""
    key = _authority_key()
    builder = _builder("Simulated authority", "Simulated authority", key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return _bundle(builder.sign(key, hashes.SHA256()), key)


def issued_for_loopback() -> Certificate:
    """Make a certificate for 127.0.0.1 and localhost, signed by the authority."""
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(_authority_key().public_key())
    builder = _builder("localhost", "Simulated authority", _key()).add_extension(names, critical=False)
    builder = builder.add_extension(issuer, critical=False)
    return _bundle(builder.sign(_authority_key(), hashes.SHA256()), _key())


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Return a context for a server; TLS 1.2 as the gateway's firmware speaks it (gateway-api.md 3)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    certificate.load_into(context)
    return context
