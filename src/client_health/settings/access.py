"""Who may sign in, and how the outside reaches the service: `[web]`, `[sign_in]` and `[oidc]`."""

from ipaddress import ip_address, ip_network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from client_health.settings.references import fill_in
from client_health.settings.section import Duration, Section

Role = Literal["viewer", "csm", "admin"]
ClaimValue = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class WebSettings(Section):
    """How browsers reach the dashboard."""

    public_url: str | None = Field(
        default=None,
        description="Address that people open, such as `https://health.example.com`; needed behind a proxy "
        "and for `[oidc]`. With `https`, cookies are sent over TLS only.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"),
        max_length=100,
        description="Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
        "believed.",
    )
    requests_per_minute: int = Field(
        default=1200,
        ge=0,
        le=1_000_000,
        description="Requests of one API key, and of one user, in any 60 seconds; each process counts its "
        "own. 0: any number.",
    )
    requests_per_minute_unknown: int = Field(
        default=60,
        ge=0,
        le=1_000_000,
        description="The same for one address without a valid key or session.",
    )
    max_body_kb: int = Field(
        default=1024, ge=64, le=1_048_576, description="Largest body of a request, in units of 1,024 bytes."
    )

    metrics: Literal["off", "key", "open"] = Field(
        default="key",
        description='Who may read `/metrics`: nobody, whoever sends an API key, or ("open", for closed '
        "networks) everybody.",
    )

    @property
    def is_https(self) -> bool:
        """Whether people reach the service by TLS, whatever the last step to it is."""
        return (self.public_url or "").startswith("https:")

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, address: str | None) -> str | None:
        return None if address is None else _origin(address)

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for one in proxies:
            try:
                ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one!r} is no address or network such as 10.0.0.5 or 10.0.0.0/8") from None
        return proxies


class SignInSettings(Section):
    """How many wrong passwords are borne."""

    failures_per_account: int = Field(
        default=5, ge=1, le=1000, description="Wrong passwords for one name before it must wait."
    )
    failures_per_address: int = Field(
        default=20, ge=1, le=100_000, description="Wrong passwords from one address before it must wait."
    )
    window: Annotated[Duration, Field(ge=1)] = Field(
        default=900.0, description='How long a wrong password counts, such as "15min".', examples=["15min"]
    )


class OidcSettings(Section):
    """Signing in by an identity provider (OpenID Connect)."""

    issuer: str = Field(description="The provider's issuer, as its discovery document writes it; `https`.")
    client_id: str = Field(min_length=1, description="What the provider calls this application.")
    client_secret: SecretStr | None = Field(
        default=None,
        description="The application's secret; `${NAME}` stands for an environment variable. Left out: a "
        "public client.",
    )
    scopes: str = Field(default="openid profile email", description="What is asked for; `openid` is needed.")
    role_claim: str = Field(
        default="roles",
        min_length=1,
        description="Claim that holds a person's groups or roles; dots lead into it (`realm_access.roles`).",
    )
    roles: dict[ClaimValue, Role] = Field(
        default={}, description="Which value of that claim means which role; the highest one counts."
    )
    default_role: Role | None = Field(
        default=None, description="Role of whoever has none by the map; left out: may not sign in."
    )
    name_claim: str = Field(
        default="preferred_username", min_length=1, description="Claim that becomes the user's name."
    )
    label: str = Field(
        default="Sign in with single sign-on", min_length=1, max_length=60, description="Text of the button."
    )

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("not an address such as https://login.example.com")
        if parts.scheme == "http" and not _is_this_machine(parts.hostname):
            raise ValueError("http is for this machine only; use https")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _hold_openid(cls, scopes: str) -> str:
        if "openid" not in scopes.split():
            raise ValueError("openid is missing in it")
        return scopes

    @model_validator(mode="after")
    def _somebody_may_sign_in(self) -> Self:
        if not self.roles and self.default_role is None:
            raise ValueError("nobody could sign in; set roles or default_role")
        return self

    def secret(self) -> str | None:
        """The client's secret with its variables filled in; raises ConfigError."""
        if self.client_secret is None:
            return None
        return fill_in(self.client_secret.get_secret_value(), "oidc.client_secret", "…")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    try:
        plain = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or True)
    except ValueError:
        plain = False
    if not plain or parts.username or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("write scheme and host, such as https://health.example.com, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
