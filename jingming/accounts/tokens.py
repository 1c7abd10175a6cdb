"""Keys by which programs act for a person: a random word that is shown once; only its digest is kept."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "jm_"


def new_token() -> str:
    """A fresh token with 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token. A plain hash is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
