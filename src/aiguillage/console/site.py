"""The console's handlers: who visits, whether they may, then the page itself in a thread of its lane.

cookie --> session --> role on the account in the path      nobody: sign in; a stranger's account: 404, as if not there
|
form   --> is it one of ours?
|
lane   --> the page's function --> a template, another page, a file
|
stream --> of a live page: the same again and again, for all who watch it (live.py)
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import msgspec
from litestar import MediaType, Request, Response, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler, route
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.static_files import create_static_files_router

from aiguillage.assets import FOR_EVER
from aiguillage.compression import compressed
from aiguillage.console.live import Mark, Seen, Streams, Viewer, beat_of
from aiguillage.console.pages import PAGES
from aiguillage.console.rendering import STATIC, VENDORED, asset_root, render
from aiguillage.console.sessions import (
    LANGUAGE,
    SAID,
    THEME,
    THEMES,
    cookie,
    cookie_name,
    is_own_form,
    require_own_form,
    require_own_origin,
    session_of,
)
from aiguillage.console.visits import IN_DRAFT, LONGEST_FORM, ROOT, Answer, File, Moved, Page, Shown, Visit, number_of
from aiguillage.desk.acting import actor_of
from aiguillage.desk.change import find_role, require_role
from aiguillage.desk.drafts import in_draft, require_open
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, about_error, invalid, missing
from aiguillage.domain.problems import CODES, OUR_MISTAKE
from aiguillage.lanes import Lanes
from aiguillage.storage.call_counts import last_call
from aiguillage.storage.drafts import Draft
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

DEEPEST = 8
"""Parts of an address that is answered with a page, though there is none."""

SECRET = frozenset({"token", "proof", "password", "current", "new"})
"""Fields that are typed anew, whatever happens. A `code` is a contact's or a queue's."""

NOTHING_HERE = "There is nothing at this address. Check it, or begin again at the first page."
NOT_IN_DRAFTS = "This is not part of a draft. Leave the draft to see this page."
UNREADABLE = "This form cannot be read. Open the page again and send it from there."
TOO_LONG = "This is too long. Send less at a time."
_log = logging.getLogger("aiguillage")


class Site:
    """The console of one desk process. `means` are what pages use that stands above them in the house, by name.

    `public_url` is under which address people reach this server, where that is known. `desks` are all desk processes.
    """

    def __init__(
        self,
        db: Database,
        log: Path,
        clock: Callable[[], int],
        lanes: Lanes,
        means: Mapping[str, Callable[..., Any]],
        public_url: str = "",
        desks: int = 1,
    ) -> None:
        self._public_url = public_url.rstrip("/")
        self.streams = Streams(self._look, lanes.watching, desks)
        self._db, self._log, self._clock, self._lanes, self._means = db, log, clock, lanes, means

    def handlers(self) -> list[HTTPRouteHandler | Router]:
        """A handler for each page, the assets, and one for every other address below the console's."""
        by_path: dict[str, dict[str, Page]] = {}
        for one in PAGES:
            by_path.setdefault(one.path, {})[one.method] = one
        own = [self._handler(path, methods) for path, methods in by_path.items()]
        assets = create_static_files_router(
            asset_root(),
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
        try:
            answer = await self._let_in(page, visit, request)
        except (Refusal, HTTPException, MemoryError) as error:
            answer = _turned_away(visit, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets a page
            answer = _failed(visit, error)
        return compressed(answer, request.headers.get("accept-encoding", ""))

    async def _let_in(self, page: Page | None, visit: Visit, request: Request[Any, Any, Any]) -> Response[Any]:
        """The page's answer. Raises Refusal, HTTPException.

        Who visits is settled first, and then the form is read: nobody holds a lane's place by sending slowly.
        """
        sends = page is not None and page.method == "POST"
        if sends:
            require_own_origin(request.headers)
        try:
            visit = await self._lanes.admitting.carry("", self._admitted, page, visit)
        except Refusal as refusal:
            if refusal.kind is Kind.UNAUTHORIZED and page is not None and sends:
                return await _ended(page, visit, request)
            raise
        if page is None:
            raise missing(NOTHING_HERE)
        if sends:
            visit = await _with_form(visit, request)
            require_own_form("" if page.public else visit.session, visit.form.get("token", ""))
        if _is_stream(page, visit, request):
            return self.streams.open(page, visit)
        lane = getattr(self._lanes, page.lane.replace(" ", "_"))
        whose = visit.code if visit.account else f"user {visit.actor.user_id}" if visit.session else visit.address
        done: Response[Any] = await lane.carry(whose or "", self._carried_out, page, visit)
        return done

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
            base=self._public_url or f"{request.scope['scheme']}://{request.headers.get('host', '')}",
            url=request.scope["raw_path"].decode("latin-1").partition("?")[0] + (f"?{query}" if query else ""),
            cookies={name: cookies.get(cookie_name(name, secure=secure), "") for name in (SAID,)},
        )

    def _carried_out(self, page: Page, visit: Visit) -> Response[Any]:
        """The page's answer, a refusal too; what only reads, reads in one view."""
        try:
            if visit.draft is not None:
                return _in_draft(page, visit, visit.draft)
            if page.method == "GET":
                with one_view(visit.db) as db:
                    return _respond(visit, page.run(msgspec.structs.replace(visit, db=db)))
            return _respond(visit, page.run(visit))
        except (Refusal, HTTPException, MemoryError) as error:
            return _turned_away(visit, error)

    def _admitted(self, page: Page | None, visit: Visit) -> Visit:
        """The visit with who visits. Raises Refusal: unauthorized, missing, forbidden."""
        if page is not None and page.public and not visit.session:
            return visit
        with one_view(self._db) as db:
            return _admitted_in(db, page, visit)

    def _look(self, page: Page, visits: Sequence[Visit], before: Seen | None) -> Seen:
        """A live page, as it is now, for those who watch it and still may. Raises Refusal(unavailable)."""
        at = self._clock()
        with one_view(self._db) as db:
            watching = [_still_admitted(db, page, visit, at) for visit in visits]
            seq = next((visit.seq for visit in watching if visit is not None), 0)
            mark = Mark(seq, last_call(self._log), beat_of(at))
            pieces = dict(before.pieces) if before is not None and before.mark == mark else {}
            viewers: list[Viewer | None] = []
            for visit in watching:
                viewer = None if visit is None else (visit.language, visit.role)
                viewers.append(viewer)
                if visit is not None and viewer is not None and viewer not in pieces:
                    pieces[viewer] = _piece(db, page, visit)
        return Seen(mark, pieces, viewers)


def _admitted_in(db: Database, page: Page | None, visit: Visit) -> Visit:
    """The visit with who visits. Raises Refusal: unauthorized, missing, forbidden."""
    try:
        # A page that asks again by itself keeps no session alive.
        noted = "live" not in visit.query
        actor = actor_of(db, f"Bearer {visit.session}", visit.address, visit.actor.at, noted=noted)
    except Refusal:
        if page is not None and page.public:
            return msgspec.structs.replace(visit, session="")
        raise
    visit = msgspec.structs.replace(visit, actor=actor)
    if page is None or not page.about_account:
        return visit
    code, _, drafted = visit.path["account"].partition(IN_DRAFT)
    with db.read() as connection:
        held = find_role(connection, actor, code)
        require_role(held.account.code, page.role, held.role)
        draft = require_open(connection, held.account_id, number_of(drafted) or 0) if drafted else None
    return msgspec.structs.replace(visit, account=held.account, role=held.role, seq=held.seq, draft=draft)


def _is_stream(page: Page, visit: Visit, request: Request[Any, Any, Any]) -> bool:
    """Whether a live page is asked for as a stream, as browsers' EventSource does."""
    events = "text/event-stream" in request.headers.get("accept", "")
    return page.live and events and "live" in visit.query and visit.draft is None and request.method == "GET"


def _still_admitted(db: Database, page: Page, visit: Visit, at: int) -> Visit | None:
    """Who watches, with the rights of a later moment; None for who may not see it any more."""
    try:
        return _admitted_in(db, page, msgspec.structs.replace(visit, actor=Actor("", at)))
    except Refusal as refusal:
        if refusal.kind in {Kind.UNAUTHORIZED, Kind.MISSING, Kind.FORBIDDEN}:
            return None
        raise


def _piece(db: Database, page: Page, visit: Visit) -> str:
    """A live page's piece as HTML, for everybody of the visit's language and role: nothing is the visitor's own."""
    anybody = msgspec.structs.replace(visit, db=db, session="", query={"live": "1"})
    answer = page.run(anybody)
    if not isinstance(answer, Shown):
        raise TypeError("A live page shows something.")
    return render(anybody, answer.template, dict(answer.values))


def _in_draft(page: Page, visit: Visit, draft: Draft) -> Response[Any]:
    """The page's answer about the facts as they are in a draft; its forms change that. Raises Refusal."""
    if not page.drafts:
        raise missing(NOT_IN_DRAFTS)
    with in_draft(visit.db, visit.actor, visit.code, draft.id) as db:
        visit = msgspec.structs.replace(visit, db=db, draft=db.draft, seq=db.draft.seq)
        return _respond(visit, page.run(visit))


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
    """Names and values in the order in which they were sent: rows of a list have one.

    Raises Refusal(invalid), HTTPException.

    The framework's own reading of plain forms keeps the last thousand in memory, passwords too.
    """
    if request.content_type[0] == "application/x-www-form-urlencoded":
        return parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True, errors="replace")
    try:
        sent = await request.form()
    except (ValueError, LookupError):
        raise invalid(UNREADABLE) from None
    return [(name, value) for name in dict.fromkeys(sent) for value in sent.getall(name)]


async def _ended(page: Page, visit: Visit, request: Request[Any, Any, Any]) -> Response[Any]:
    """The page on which to sign in, after a form whose session had ended: what was typed is kept, but for secrets.

    Only a form of that very session is: what another site sends must not come back as the visitor's own words.
    """
    kept: dict[str, list[str]] = {}
    if visit.session and page.longest <= LONGEST_FORM:
        visit = await _with_form(visit, request)
        if is_own_form(visit.session, visit.form.get("token", "")):
            kept = {name: values for name, values in visit.lists.items() if name not in SECRET}
    back = urlsplit(request.headers.get("referer", "")).path if not kept else visit.url
    return _respond(nobody(visit), _sign_in_page(back, kept, ended=bool(visit.session)))


def _sign_in_page(next_: str, kept: Mapping[str, list[str]], *, ended: bool) -> Shown:
    values = {"next": next_, "kept": kept, "faults": {}, "email": "", "ended": ended}
    return Shown("sign-in.html", values, HTTPStatus.UNAUTHORIZED)


def nobody(visit: Visit) -> Visit:
    """The same visit of somebody who is not signed in."""
    return msgspec.structs.replace(visit, session="", account=None, role=None)


def _failed(visit: Visit, error: Exception) -> Response[Any]:
    _log.error("page_failed", extra={"about": about_error(error)})
    return _respond(visit, Shown("refused.html", {"message": OUR_MISTAKE}, 500))


def _respond(visit: Visit, answer: Answer) -> Response[Any]:
    """What a page answered, on the wire."""
    cookies: dict[str, str | None] = dict(answer.cookies)
    if isinstance(answer, Moved):
        if answer.undo is not None and answer.undo <= visit.seq:
            answer = answer._replace(said=visit.say("Nothing was changed."), undo=None)
        if answer.said:
            cookies[SAID] = quote(f"{_place(answer.to)} {answer.undo or ''} {answer.said}")
        response: Response[Any] = Response(
            b"", status_code=HTTPStatus.SEE_OTHER, media_type=MediaType.TEXT, headers={"Location": answer.to}
        )
    else:
        place, _, told = unquote(visit.cookies.get(SAID, "")).partition(" ")
        undo, _, said = told.partition(" ")
        here = answer.whole and place == _place(visit.url)
        if here:
            cookies[SAID] = None
        values = {"said": said if here else "", "undo": number_of(undo), **answer.values}
        html = render(visit, answer.template, values).encode()
        response = Response(html, status_code=answer.status, media_type=MediaType.HTML, headers=HEADERS)
    response.cookies.extend(cookie(name, value, secure=visit.secure) for name, value in cookies.items())
    return response


def _place(url: str) -> str:
    """The account's code in an address of the console, or what else its first part is: where a message belongs."""
    return urlsplit(url).path.removeprefix(f"{ROOT}/").partition("/")[0]


def _turned_away(visit: Visit, error: Exception) -> Response[Any]:
    """A page that says why, or the one on which to sign in and to send again what was typed."""
    if isinstance(error, Refusal) and error.kind is Kind.UNAUTHORIZED:
        return _respond(nobody(visit), _sign_in_page(visit.url, {}, ended=bool(visit.session)))
    if isinstance(error, Refusal):
        stranger = visit if visit.account else msgspec.structs.replace(visit, account=None, role=None)
        message = NOTHING_HERE if error.kind is Kind.MISSING and visit.account is None else error.message
        return _respond(stranger, Shown("refused.html", {"message": message}, CODES[error.code].status))
    if isinstance(error, HTTPException):
        message = TOO_LONG if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else error.detail
        return _respond(visit, Shown("refused.html", {"message": message}, error.status_code))
    return _respond(visit, Shown("refused.html", {"message": TOO_LONG}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
