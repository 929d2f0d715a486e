"""Signing: the site's Ed25519 key, kept in the data folder, and the check of a signature, whatever is signed."""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from schemas.errors import Invalid
from schemas.text import Text

KEY_FILE = "signing-key.pem"
_HEX_KEY = re.compile(r"[0-9a-f]{64}")
_HEX_SIGNATURE = re.compile(r"[0-9a-f]{128}")


class Signer:
    """Signs with one private key; `public_key` is its public half as 64 hexadecimal digits."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw().hex()

    def sign(self, payload: bytes) -> str:
        """Answer the signature of the payload as 128 hexadecimal digits."""
        return self._key.sign(payload).hex()


def open_signer(folder: Path) -> Signer:
    """Answer the signer of the site with this data folder; its key is made on first use, readable by its owner alone.

    Machines that serve one site must share the file. Raises Invalid when it cannot be read, made or understood.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return _signer(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError) as error:
        message = Text(
            zh=f"签名密钥文件 {path.name} 无法使用：{error}", en=f"The signing key {path.name} cannot be used: {error}"
        )
        raise Invalid({}, message, code="bad-signing-key") from None


def genuine(public_key: str, payload: bytes, signature: str) -> bool:
    """Tell whether the signature is that key's over the payload; both are lower-case hexadecimal, else they are not."""
    if not (_HEX_KEY.fullmatch(public_key) and _HEX_SIGNATURE.fullmatch(signature)):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), payload)
    except InvalidSignature:
        return False
    return True


def fingerprint(public_key: str) -> str:
    """Answer the short form in which people compare keys: 16 groups of 4 digits of its SHA-256."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, 64, 4))


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@lru_cache(maxsize=8)
def _signer(path: Path, _changed: int) -> Signer:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("it is not an Ed25519 key")
    return Signer(key)
