"""The identity provider: where its endpoints are, which keys it signs with, and what it tells for a code."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import is_secure_transport
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from client_health.errors import ClientHealthError
from client_health.settings.access import OidcSettings

log = structlog.get_logger(__name__)
PATIENCE = 10  # seconds
FRESH = timedelta(hours=1)
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError)
CALLBACK = "/sign-in/callback"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderError(ClientHealthError):
    """The identity provider does not answer as it should; the log has the details."""


@dataclass(frozen=True)
class _Known:
    """What was fetched, and when."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: datetime


@dataclass(frozen=True)
class Answer:
    """What the provider gave for a code: the ID token, and the token that opens the user's details."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class Provider:
    """The provider of the settings. Its discovery document and keys are kept for an hour."""

    def __init__(self, settings: OidcSettings, redirect_uri: str) -> None:
        self.settings, self.redirect_uri = settings, redirect_uri
        self._known: _Known | None = None

    def address(self, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Where the browser is sent to sign in: authorization code with PKCE (S256)."""
        endpoint = self.known(now).metadata["authorization_endpoint"]
        with self._client() as client:
            made, _ = client.create_authorization_url(endpoint, state, verifier, nonce=nonce)
        return str(made)

    def exchange(self, code: str, verifier: str, now: datetime) -> Answer:
        """What the provider gives for the code that the browser brought back."""
        metadata = self.known(now).metadata
        with _explained("token endpoint"), self._client(metadata) as client:
            token = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
            )
            return Answer(token["id_token"], token["access_token"])

    def details(self, answer: Answer, now: datetime) -> dict[str, Any]:
        """What the provider tells of the user beside the ID token; nothing where it has no such endpoint."""
        endpoint = self.known(now).metadata.get("userinfo_endpoint")
        if not endpoint or not is_secure_transport(endpoint):
            return {}
        with _explained("userinfo endpoint"), httpx2.Client(timeout=PATIENCE) as client:
            headers = {"Authorization": f"Bearer {answer.access_token}"}
            return _json(client.get(endpoint, headers=headers))

    def keys(self, now: datetime, unknown_key: bool = False) -> KeySet:
        """The keys that the provider signs with, fetched again where it signed with an `unknown_key`."""
        if unknown_key:
            self._known = None
        return self.known(now).keys

    def known(self, now: datetime) -> _Known:
        """Discovery document and keys; raises ProviderError."""
        if self._known is None or not timedelta(0) <= now - self._known.at < FRESH:
            with _explained("discovery"), httpx2.Client(timeout=PATIENCE) as client:
                metadata = _json(client.get(get_well_known_url(self.settings.issuer, external=True)))
                self._check(metadata)
                keys = KeySet.import_key_set(_json(client.get(metadata["jwks_uri"])))  # type: ignore[arg-type]
            self._known = _Known(metadata, keys, now)
        return self._known

    def _check(self, metadata: Mapping[str, Any]) -> None:
        if metadata.get("issuer") != self.settings.issuer:
            raise ValueError(f"it calls itself {metadata.get('issuer')!r}, not {self.settings.issuer!r}")
        for name in ENDPOINTS:
            if not is_secure_transport(str(metadata.get(name, ""))):
                raise ValueError(f"its {name} is missing or not https")

    def _client(self, metadata: Mapping[str, Any] | None = None) -> OAuth2Client:
        secret = self.settings.secret()
        return OAuth2Client(
            self.settings.client_id,
            secret,
            token_endpoint_auth_method=_method(metadata or {}, secret),
            scope=self.settings.scopes,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            timeout=PATIENCE,
        )


def _method(metadata: Mapping[str, Any], secret: str | None) -> str:
    """How this application shows the provider who it is."""
    if secret is None:
        return "none"
    offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"


def _json(response: httpx2.Response) -> dict[str, Any]:
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


@contextmanager
def _explained(step: str) -> Iterator[None]:
    """Whatever goes wrong with the provider is one sentence for people, and a line in the log for us."""
    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL, AuthlibBaseError, JoseError, *_MALFORMED) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        log.error("the identity provider failed", step=step, reason=reason)
        raise ProviderError(
            "The identity provider does not answer as it should. Try again in a minute; "
            "if it goes on, tell whoever runs this service."
        ) from error
