"""Signature algorithms by name. Ed25519 first; a national algorithm is one more entry here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Algorithm(Protocol):
    """What a signature algorithm must do. Keys and signatures are raw bytes."""

    name: str

    def generate(self) -> bytes:
        """A fresh private key."""
        ...

    def public(self, private: bytes) -> bytes:
        """The public key of a private key."""
        ...

    def sign(self, private: bytes, data: bytes) -> bytes:
        """The signature of the data."""
        ...

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the signature is the key's over the data. Never raises."""
        ...


class Ed25519:
    """RFC 8032, through the cryptography library."""

    name = "ed25519"

    def generate(self) -> bytes:
        """32 random bytes."""
        return Ed25519PrivateKey.generate().private_bytes_raw()

    def public(self, private: bytes) -> bytes:
        """32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, data: bytes) -> bytes:
        """64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(private).sign(data)

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the signature holds."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


ALGORITHMS: Final[Mapping[str, Algorithm]] = MappingProxyType({"ed25519": Ed25519()})
"""Every algorithm that this build knows."""
