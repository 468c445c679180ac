"""``riskwarn serve``: the API and the page."""

from __future__ import annotations

import sys

import click

from riskwarn.cli.session import Session


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback only, while no key exists.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option(
    "--root-path", default="", metavar="PATH", help="The path under which a gateway shows it, /apps/riskwarn."
)
@click.option("--frame-ancestors", default="'none'", show_default=True, help="Who may show the page in a frame.")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help="A gateway whose X-Forwarded-* is believed.")
@click.option("--tls-cert", metavar="FILE", help="The server's certificate, and those above it (PEM).")
@click.option("--tls-key", metavar="FILE", help="Its key (PEM).")
@click.option("--tls-client-ca", metavar="FILE", help="By what certificates of a gateway are told (PEM).")
@click.pass_obj
def command(
    session: Session,
    host: str,
    port: int,
    workers: int,
    root_path: str,
    frame_ancestors: str,
    proxies: tuple[str, ...],
    tls_cert: str | None,
    tls_key: str | None,
    tls_client_ca: str | None,
) -> None:
    """Serve the ranking, its reasons and alerts over HTTP, until interrupted."""
    home = session.home()
    from serving.api.options import Options
    from serving.api.server import START_TOKEN, link_with, serve

    shown = f"[{host}]" if ":" in host else host

    def ready(token: str) -> None:
        scheme = "http" if tls_cert is None else "https"
        session.tell(
            "{scheme}://{host}:{port}/ (API reference at /docs; stop with Ctrl-C)", scheme=scheme, host=shown, port=port
        )
        if not token:
            return
        address = f"{scheme}://{shown}:{port}{options.root_path}/"
        if sys.stderr.isatty():
            session.tell("to change anything in a browser: {link}", link=link_with(address, token))
        else:
            # What is written into a file or a journal is read by others than who started it.
            session.tell(
                "to change anything in a browser: open {address}#token= and behind it what {file} holds",
                address=address, file=home.path / START_TOKEN,
            )  # fmt: skip

    options = Options(
        root_path=root_path.rstrip("/"),
        frame_ancestors=frame_ancestors,
        proxies=proxies,
        tls_cert=tls_cert,
        tls_key=tls_key,
        tls_client_ca=tls_client_ca,
    )
    serve(home, host, port, workers, options=options, ready=ready)
