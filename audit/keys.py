"""The Ed25519 key that signs checkpoints."""

from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class BadKey(ValueError):
    """Not the base64 of 32 bytes."""


def new_private_key() -> str:
    return b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def private_key(text: str) -> Ed25519PrivateKey:
    """Raises BadKey."""
    return Ed25519PrivateKey.from_private_bytes(_thirty_two_bytes(text))


def public_text(key: Ed25519PrivateKey) -> str:
    return b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def key_id(public: str) -> str:
    """Short name of a public key, so that a checkpoint tells which key signed it."""
    return sha256(b64decode(public)).hexdigest()[:16]


def is_signed(public: str, signature: bytes, content: bytes) -> bool:
    """Raises BadKey."""
    try:
        Ed25519PublicKey.from_public_bytes(_thirty_two_bytes(public)).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _thirty_two_bytes(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise BadKey("A ledger key is 32 bytes in base64 (manage.py ledger_key makes one).") from error
    if len(raw) != 32:
        raise BadKey(f"A ledger key has 32 bytes, this one {len(raw)} (manage.py ledger_key makes one).")
    return raw
