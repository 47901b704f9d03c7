"""Who visits: the session in a cookie, and the proof that a form is one of ours.

The cookie holds the secret of a session as the API has them (desk/sessions.py): signing out, a changed password or a
lost right ends it everywhere. A form carries a digest of that secret, which a page of somebody else cannot know.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from litestar.datastructures import Cookie

from aiguillage.domain.errors import Kind, Refusal

LANGUAGE, THEME, SAID = "language", "theme", "said"
THEMES = ("auto", "light", "dark")
_SESSION = "aiguillage"
_LIFE = 12 * 3600
"""Seconds; a session lasts no longer (domain/sessions.py)."""

_YEAR = 365 * 24 * 3600
LASTS = {LANGUAGE: _YEAR, THEME: _YEAR, SAID: 60}
FOREIGN = "This form did not come from this console, or is too old. Open the page again and send it from there."


def cookie_name(name: str, *, secure: bool) -> str:
    """The name under which a browser keeps it: over TLS one that no other host, and no plain page, can set."""
    return f"__Host-{name}" if secure else name


def session_of(cookies: Mapping[str, str], *, secure: bool) -> str:
    """The secret of the visitor's session; empty where there is none."""
    return cookies.get(cookie_name(_SESSION, secure=secure), "")


def session_cookie(secret: str | None) -> dict[str, str | None]:
    """What keeps a session's secret in the browser, or removes it."""
    return {_SESSION: secret}


def cookie(name: str, value: str | None, *, secure: bool) -> Cookie:
    """What a browser keeps, or loses for None. Scripts cannot read it, and no other site's forms bring it."""
    return Cookie(
        key=cookie_name(name, secure=secure),
        value=value or "",
        max_age=0 if value is None else LASTS.get(name, _LIFE),
        httponly=True,
        secure=secure,
        samesite="lax",
    )


def form_token(session: str) -> str:
    """What the forms of a session carry."""
    return hmac.new(session.encode(), b"a form of the console", sha256).hexdigest()[:32]


def require_own_origin(headers: Mapping[str, str]) -> None:
    """Raises Refusal(forbidden) for a form that a page of another site sends."""
    origin = headers.get("origin")
    own = origin is None or origin.partition("://")[2] == headers.get("host", "")
    if not own or headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refusal(Kind.FORBIDDEN, FOREIGN)


def is_own_form(session: str, token: str) -> bool:
    """Whether a form is one of a session, which may have ended."""
    return hmac.compare_digest(form_token(session).encode(), token.encode())


def require_own_form(session: str, token: str) -> None:
    """Raises Refusal(forbidden) for a form of another session; without one, any is right."""
    if session and not is_own_form(session, token):
        raise Refusal(Kind.FORBIDDEN, FOREIGN)
