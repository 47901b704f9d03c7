"""Commands that answer calls until they are told to stop."""

import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from aiguillage.cli.door import Json, command, terminal
from aiguillage.cli.readers import warn_of_readers
from aiguillage.domain.errors import invalid
from aiguillage.settings import Settings, origin, read_settings, with_settings

Host = Annotated[
    str | None, typer.Option(help="The address to listen on.", show_default="AIGUILLAGE_HOST or 127.0.0.1")
]
Port = Annotated[str | None, typer.Option(help="The TCP port to listen on.", show_default="AIGUILLAGE_PORT or 8000")]


def register(application: typer.Typer) -> None:
    """Adds the commands."""
    command(application, "demo")(demo)
    command(application, "serve")(serve)


def serve(
    context: typer.Context,
    workers: Annotated[
        str | None, typer.Option(help="How many processes answer calls.", show_default="AIGUILLAGE_WORKERS or 1")
    ] = None,
    desk_workers: Annotated[
        str | None,
        typer.Option(help="How many processes answer all else.", show_default="AIGUILLAGE_DESK_WORKERS or 1"),
    ] = None,
    host: Host = None,
    port: Port = None,
    uds: Annotated[str | None, typer.Option(help="A Unix socket to listen on instead.")] = None,
    tls_cert: Annotated[str | None, typer.Option(help="The certificate file, to serve over TLS.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="The certificate's key file.")] = None,
    json: Json = False,
) -> None:
    """Answer calls; migrate the database first if needed. --json tells a refusal as JSON."""
    del json
    terminal(context)
    settings = _with_options(
        workers=workers, desk_workers=desk_workers, host=host, port=port, uds=uds, tls_cert=tls_cert, tls_key=tls_key
    )
    _check_certificate(settings)
    _run(settings)


def demo(context: typer.Context, host: Host = None, port: Port = None, json: Json = False) -> None:
    """Serve a made-up account, and print requests to try on it."""
    from aiguillage.cli.demo import print_requests, set_up_demo  # noqa: PLC0415 - brings the web server along

    actor = terminal(context)
    settings = with_settings(_with_options(host=host, port=port), {"uds": "", "tls_cert": "", "tls_key": ""})
    if origin("log_level") == "default":
        settings = with_settings(settings, {"log_level": "warning"})
    settings = set_up_demo(settings, actor)
    _run(settings, partial(print_requests, settings, actor, json=json))


def _with_options(**options: str | None) -> Settings:
    """The settings of the environment, with the options given in their place. Raises Refusal(invalid)."""
    return with_settings(read_settings(), {name: value for name, value in options.items() if value is not None})


def _check_certificate(settings: Settings) -> None:
    """Raises Refusal(invalid) when the workers could not serve with it."""
    if not settings.tls_cert:
        return
    import ssl  # noqa: PLC0415 - few servers have a certificate of their own

    for file in (settings.tls_cert, settings.tls_key):
        if not Path(file).is_file():
            raise invalid(f"There is no file {file}. Name a certificate and its key in PEM form.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
    except ssl.SSLError as error:
        files = f"{settings.tls_cert} and {settings.tls_key}"
        raise invalid(f"{files} are not a certificate and its key. Name two PEM files that belong together.") from error


def _run(settings: Settings, announce: Callable[[], None] = lambda: None) -> None:
    """Serves until a signal says that it is enough: that is a good end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    from aiguillage import server  # noqa: PLC0415 - no other command needs it

    warn_of_readers(settings.data_dir)
    server.serve(settings, announce)


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)
