"""Checking an ID token: signed by the provider, for us, just now, for this very sign-in."""

from datetime import datetime
from typing import Any

import structlog
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from client_health.accounts.provider import Answer, Provider
from client_health.accounts.sign_in import SignInRefusedError

log = structlog.get_logger(__name__)
LEEWAY = 60  # seconds by which clocks may differ
# Signed by a key that only the provider has: never "none", never a secret that we know, too.
ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
]


class TokenRefusedError(SignInRefusedError):
    """The ID token is not to be trusted; the log says why."""


def verified(provider: Provider, answer: Answer, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of an ID token; raises TokenRefusedError or ProviderError."""
    try:
        token = _decoded(provider, answer.id_token, now)
        expected = {
            "iss": {"essential": True, "value": provider.settings.issuer},
            "aud": {"essential": True, "value": provider.settings.client_id},
            "sub": {"essential": True},
        }
        known = {
            "nonce": nonce,
            "client_id": provider.settings.client_id,
            "access_token": answer.access_token,
        }
        claims = CodeIDToken(token.claims, token.header, expected, known)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        log.error("ID token refused", reason=f"{type(error).__name__}: {error}".splitlines()[0])
        raise TokenRefusedError(
            "The identity provider's answer cannot be trusted. Begin again; "
            "if it happens again, tell whoever runs this service."
        ) from error
    return dict(claims)


def _decoded(provider: Provider, text: str, now: datetime) -> jwt.Token:
    try:
        return _decode(text, provider.keys(now))
    except InvalidKeyIdError:  # the provider has a new key
        return _decode(text, provider.keys(now, unknown_key=True))


def _decode(text: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(text, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))
