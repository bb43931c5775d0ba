"""What makes a simulated gateway the same one after a restart: certificate, the key that signs its tokens, counters."""

import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .certificates import Certificate, self_signed
from .house import Memory
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


def keep_memory(folder: Path, profile: str, memory: Memory) -> None:
    """Write down what a house of this profile must know to go on."""
    _memory_file(folder, profile).write_text(json.dumps(memory._asdict()))


def kept_memory(folder: Path, profile: str, *, now: float) -> Memory | None:
    """Return what was written down for this profile, if it was and lies in the past."""
    if not (file := _memory_file(folder, profile)).is_file():
        return None
    memory = Memory(**json.loads(file.read_text()))
    return memory if memory.time <= now else None


def _memory_file(folder: Path, profile: str) -> Path:
    return folder / f"counters-{profile}.json"
