"""The ciphers: AES-256 (NIST SP 800-38D) and SM4 (GB/T 32907, RFC 8998), both in GCM, which seals a text and binds other words to it."""

from __future__ import annotations

from typing import Literal

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from riskwarn.errors import AlgorithmMissing

CipherName = Literal["aes-256-gcm", "sm4-gcm"]

#: Bytes of a key of each, and of what is drawn for each sealing (never twice under one key) and appended to it.
KEY_BYTES: dict[CipherName, int] = {"aes-256-gcm": 32, "sm4-gcm": 16}
NONCE_BYTES, TAG_BYTES = 12, 16


def seal(cipher: CipherName, key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes:
    """The sealed text, its tag at the end; raise AlgorithmMissing."""
    if cipher == "aes-256-gcm":
        return AESGCM(key).encrypt(nonce, text, bound)
    try:
        making = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    except UnsupportedAlgorithm as error:
        raise _missing(cipher) from error
    making.authenticate_additional_data(bound)
    return making.update(text) + making.finalize() + making.tag


def unseal(cipher: CipherName, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    """The text; None where the key, a byte of what was sealed, or what was bound to it is another. Raises AlgorithmMissing."""
    if len(nonce) != NONCE_BYTES or len(sealed) < TAG_BYTES:
        return None
    try:
        if cipher == "aes-256-gcm":
            return AESGCM(key).decrypt(nonce, sealed, bound)
        opening = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(bound)
        return opening.update(sealed[:-TAG_BYTES]) + opening.finalize()
    except InvalidTag:
        return None
    except UnsupportedAlgorithm as error:
        raise _missing(cipher) from error


def _missing(cipher: CipherName) -> AlgorithmMissing:
    return AlgorithmMissing(setting="--cipher", algorithm=cipher, other="aes-256-gcm")
