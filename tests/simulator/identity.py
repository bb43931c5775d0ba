"""What makes a simulated gateway the same one after a restart: its certificate, and the key that signs its tokens."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .certificates import Certificate, self_signed
from .tokens import SIGNER


def kept_certificate(folder: Path) -> Certificate:
    """Return the certificate of this folder, made at the first time; its key signs this process's tokens."""
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    if not certificate_file.is_file():
        made = self_signed("envoy")
        folder.mkdir(parents=True, exist_ok=True)
        key_file.write_bytes(made.key_pem)
        certificate_file.write_bytes(made.pem)
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key_file} holds no elliptic curve key")
    SIGNER.key = key
    pem = certificate_file.read_bytes()
    fingerprint = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
    return Certificate(pem=pem, key_pem=key_file.read_bytes(), fingerprint=fingerprint)
