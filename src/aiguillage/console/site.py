"""The console's handlers: who visits, whether they may, then the page itself in a thread of its lane.

cookie --> session --> role on the account in the path      nobody: sign in; a stranger's account: 404, as if not there
|
form   --> is it one of ours?
|
lane   --> the page's function --> a template, another page, a file
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import msgspec
from litestar import MediaType, Request, Response, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader, UploadFile
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler, route
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.static_files import create_static_files_router

from aiguillage.compression import compressed
from aiguillage.console.pages import PAGES
from aiguillage.console.rendering import STATIC, VENDORED, fingerprint, render
from aiguillage.console.sessions import (
    LANGUAGE,
    SAID,
    THEME,
    cookie,
    cookie_name,
    require_own_form,
    session_of,
)
from aiguillage.console.visits import LONGEST_FORM, ROOT, Answer, File, Moved, Page, Sheet, Shown, Visit
from aiguillage.desk.acting import actor_of
from aiguillage.desk.change import find_role, require_role
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, missing, place_of
from aiguillage.lanes import Lanes
from aiguillage.storage.joined import one_view
from aiguillage.storage.sqlite.engine import Database
from aiguillage.translation import LANGUAGES, preferred

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy: nothing comes from elsewhere, and no script or style stands in a page."""

HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
"""Of every page. Without a referrer of their own, forms would come from nowhere, as another site's might."""

FOR_EVER = CacheControlHeader(public=True, max_age=365 * 24 * 3600, immutable=True)
DEEPEST = 8
"""Parts of an address that is answered with a page, though there is none."""

THEMES = ("auto", "light", "dark")
NOTHING_HERE = "There is nothing at this address. Check it, or begin again at the first page."
FAILED = "This is our mistake, not yours, and it was noted. Try again later."
TOO_LONG = "This is too long. Send less at a time."
STATUS = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.MISSING: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Kind.STALE: HTTPStatus.CONFLICT,
    Kind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
}
_log = logging.getLogger("aiguillage")


class Site:
    """The console of one desk process. `means` are what pages use that stands above them in the house, by name."""

    def __init__(
        self,
        db: Database,
        log: Path,
        clock: Callable[[], int],
        lanes: Lanes,
        means: Mapping[str, Callable[..., Any]],
    ) -> None:
        self._db, self._log, self._clock, self._lanes, self._means = db, log, clock, lanes, means

    def handlers(self) -> list[HTTPRouteHandler | Router]:
        """A handler for each page, the assets, and one for every other address below the console's."""
        by_path: dict[str, dict[str, Page]] = {}
        for one in PAGES:
            by_path.setdefault(one.path, {})[one.method] = one
        own = [self._handler(path, methods) for path, methods in by_path.items()]
        assets = create_static_files_router(
            f"{ROOT}/assets/{fingerprint()}",
            [STATIC, VENDORED],
            cache_control=FOR_EVER,
            middleware=[DefineMiddleware(CompressionMiddleware, config=CompressionConfig("gzip", minimum_size=1))],
        )
        return [*own, self._nothing(), assets]

    def _handler(self, path: str, methods: Mapping[str, Page]) -> HTTPRouteHandler:
        longest = max(one.longest for one in methods.values())

        @route(
            ["/", ROOT] if path == "/" else ROOT + path.replace("}", ":str}"),
            http_method=["GET", "HEAD", "POST"],
            include_in_schema=False,
            status_code=200,
            request_max_body_size=longest or 1,
            name=f"console {path}",
        )
        async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
            method = "GET" if request.method == "HEAD" else request.method
            return await self._answered(methods.get(method), request)

        return answer

    def _nothing(self) -> HTTPRouteHandler:
        """For every address that no page has. The framework's own `path` parameter would come before any other."""
        names = [f"{{any{depth}:str}}" for depth in range(DEEPEST)]
        paths = ["/".join([ROOT, *names[:depth]]) for depth in range(1, DEEPEST + 1)]

        @route(paths, http_method=["GET", "HEAD", "POST"], include_in_schema=False, status_code=200)
        async def nothing(request: Request[Any, Any, Any]) -> Response[Any]:
            return await self._answered(None, request)

        return nothing

    async def _answered(self, page: Page | None, request: Request[Any, Any, Any]) -> Response[Any]:
        visit = self._visit(request)
        lane = getattr(self._lanes, (page.lane if page else "reading").replace(" ", "_"))
        try:
            with lane.entered(visit.path.get("account") or visit.address or "") as turn:
                if page is not None and page.method == "POST":
                    if page.longest > LONGEST_FORM:
                        # Nobody sends so much who may not send it at all.
                        await self._lanes.admitting.carry("", self._admitted, page, visit)
                    visit = await _with_form(visit, request)
                async with turn:
                    answer = await lane.run(self._carried_out, page, visit, dict(request.headers))
        except (Refusal, HTTPException, MemoryError) as error:
            answer = _turned_away(visit, error)
        return compressed(answer, request.headers.get("accept-encoding", ""))

    def _visit(self, request: Request[Any, Any, Any]) -> Visit:
        secure = request.scope["scheme"] == "https"
        cookies = request.cookies
        language = cookies.get(cookie_name(LANGUAGE, secure=secure), "")
        theme = cookies.get(cookie_name(THEME, secure=secure), "")
        query = request.scope["query_string"].decode("latin-1")
        return Visit(
            db=self._db,
            log=self._log,
            means=self._means,
            actor=Actor("", self._clock()),
            path=dict(request.path_params),
            query=dict(parse_qsl(query, keep_blank_values=True, errors="replace")),
            form={},
            lists={},
            files={},
            language=language if language in LANGUAGES else preferred(request.headers.get("accept-language", "")),
            theme=theme if theme in THEMES else THEMES[0],
            session=session_of(cookies, secure=secure),
            address=request.client.host if request.client and request.client.host else None,
            agent=request.headers.get("user-agent", ""),
            secure=secure,
            base=f"{request.scope['scheme']}://{request.headers.get('host', '')}",
            url=request.scope["path"] + (f"?{query}" if query else ""),
            cookies={name: cookies.get(cookie_name(name, secure=secure), "") for name in (SAID,)},
        )

    def _carried_out(self, page: Page | None, visit: Visit, headers: Mapping[str, str]) -> Response[Any]:
        """The page's answer, a refusal too; what only reads, reads in one view."""
        try:
            visit = self._admitted(page, visit)
            if page is None:
                return _turned_away(visit, missing(NOTHING_HERE))
            if page.method == "GET":
                with one_view(visit.db) as db:
                    return _respond(visit, page.run(msgspec.structs.replace(visit, db=db)))
            require_own_form("" if page.public else visit.session, visit.form.get("token", ""), headers)
            return _respond(visit, page.run(visit))
        except (Refusal, HTTPException, MemoryError) as error:
            return _turned_away(visit, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets a page
            _log.error("page_failed", extra={"about": {"error": type(error).__name__, "where": place_of(error)}})
            return _respond(visit, Shown("refused.html", {"message": FAILED}, 500))

    def _admitted(self, page: Page | None, visit: Visit) -> Visit:
        """The visit with who visits. Raises Refusal: unauthorized, missing, forbidden."""
        if page is not None and page.public and not visit.session:
            return visit
        with one_view(self._db) as db:
            try:
                actor = actor_of(db, f"Bearer {visit.session}", visit.address, visit.actor.at)
            except Refusal:
                if page is not None and page.public:
                    return msgspec.structs.replace(visit, session="")
                raise
            visit = msgspec.structs.replace(visit, actor=actor)
            if page is None or not page.about_account:
                return visit
            with db.read() as connection:
                _, account, role = find_role(connection, actor, visit.path["account"])
        require_role(account.code, page.role, role)
        return msgspec.structs.replace(visit, account=account, role=role)


async def _with_form(visit: Visit, request: Request[Any, Any, Any]) -> Visit:
    """The visit with what the form sent. Raises HTTPException."""
    lists: dict[str, list[str]] = {}
    files: dict[str, File] = {}
    for name, value in await _sent(request):
        if isinstance(value, UploadFile):
            files[name] = File(value.filename or "", await value.read())
        else:
            lists.setdefault(name, []).append(str(value))
    single = {name: values[-1] for name, values in lists.items()}
    return msgspec.structs.replace(visit, form=single, lists=lists, files=files)


async def _sent(request: Request[Any, Any, Any]) -> list[tuple[str, Any]]:
    """Names and values in the order in which they were sent: rows of a list have one. Raises HTTPException.

    The framework's own reading of plain forms keeps the last thousand in memory, passwords too.
    """
    if request.content_type[0] == "application/x-www-form-urlencoded":
        return parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True, errors="replace")
    sent = await request.form()
    return [(name, value) for name in dict.fromkeys(sent) for value in sent.getall(name)]


def _respond(visit: Visit, answer: Answer) -> Response[Any]:
    """What a page answered, on the wire."""
    if isinstance(answer, dict):
        return Response(msgspec.json.encode(answer), media_type="application/json")
    if isinstance(answer, Sheet):
        headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
        return Response(answer.content, media_type=answer.media_type, headers=headers)
    cookies: dict[str, str | None] = dict(answer.cookies)
    if isinstance(answer, Moved):
        if answer.said:
            undo = "" if answer.undo is None else str(answer.undo)
            cookies[SAID] = quote(f"{undo} {answer.said}")
        response: Response[Any] = Response(b"", status_code=HTTPStatus.SEE_OTHER, headers={"Location": answer.to})
    else:
        undo, _, said = unquote(visit.cookies.get(SAID, "")).partition(" ")
        if said and not visit.url.startswith(f"{ROOT}/assets"):
            cookies[SAID] = None
        values = {"said": said, "undo": int(undo) if undo.isdecimal() else None, **answer.values}
        html = render(visit, answer.template, values).encode()
        response = Response(html, status_code=answer.status, media_type=MediaType.HTML, headers=HEADERS)
    response.cookies.extend(cookie(name, value, secure=visit.secure) for name, value in cookies.items())
    return response


def _turned_away(visit: Visit, error: Exception) -> Response[Any]:
    """A page that says why, or the one on which to sign in and to send again what was typed."""
    if isinstance(error, Refusal) and error.kind is Kind.UNAUTHORIZED:
        nobody = msgspec.structs.replace(visit, session="", account=None, role=None)
        kept = {name: values for name, values in visit.lists.items() if name != "token"}
        values = {"next": visit.url, "kept": kept, "faults": {}, "email": "", "ended": bool(visit.session)}
        return _respond(nobody, Shown("sign-in.html", values, HTTPStatus.UNAUTHORIZED))
    if isinstance(error, Refusal):
        stranger = visit if visit.account else msgspec.structs.replace(visit, account=None, role=None)
        message = NOTHING_HERE if error.kind is Kind.MISSING and visit.account is None else error.message
        return _respond(stranger, Shown("refused.html", {"message": message}, STATUS[error.kind]))
    if isinstance(error, HTTPException):
        message = TOO_LONG if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else error.detail
        return _respond(visit, Shown("refused.html", {"message": message}, error.status_code))
    return _respond(visit, Shown("refused.html", {"message": TOO_LONG}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
