"""The console at /, the page at /sign-in, their files, and the reference at /docs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from serving.api.context import Context
from serving.api.needs import ANY, OPEN, declaring
from serving.api.options import Options
from serving.api.reference import reference_page
from serving.api.repeats import hold
from serving.api.routes.routers import undescribed
from serving.console import built

_KINDS = {
    "alert.js": "text/javascript",
    "page.css": "text/css",
    "sign-in.html": "text/html",
    "sign-in.js": "text/javascript",
}

#: What is named by its content is never asked again.
FOR_EVER = "public, max-age=31536000, immutable"


def page_headers(options: Options) -> dict[str, str]:
    """What stands on every page: it loads nothing but what lies beside it, and nothing inside it is a program or a style."""
    security = {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {options.frame_ancestors}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    if options.tls_cert is not None:
        security["Strict-Transport-Security"] = "max-age=31536000"
    return security


def pages_router(context: Context, describe: Callable[[], dict[str, Any]]) -> APIRouter:
    """What a browser shows; the API is described when somebody first asks for its reference."""
    router = undescribed()
    page_of_console, assets = built()
    held = {name: files("serving.api").joinpath(f"pages/{name}").read_bytes() for name in _KINDS}
    reference = cache(lambda: reference_page(describe()))
    security = page_headers(context.options)

    @router.get("/")
    @declaring(OPEN)
    def page(request: Request) -> Response:
        if request.scope.get("riskwarn.bare"):
            # Asked without its last slash, as a gateway may: the page's files would be looked for beside it, not below.
            return Response(status_code=307, headers={"Location": context.options.root_path.rpartition("/")[2] + "/"})
        return Response(page_of_console, media_type="text/html; charset=utf-8", headers=security)

    @router.get("/sign-in")
    @declaring(OPEN)
    def sign_in() -> Response:
        return Response(held["sign-in.html"], media_type="text/html; charset=utf-8", headers=security)

    @router.get("/pages/{name}")
    @declaring(OPEN)
    def asset(name: str) -> Response:
        if name not in held:
            raise HTTPException(404)
        return Response(held[name], media_type=f"{_KINDS[name]}; charset=utf-8", headers=security)

    @router.get("/assets/{name}")
    @declaring(OPEN)
    def built_file(request: Request, name: str) -> Response:
        if name not in assets:
            raise HTTPException(404)
        content, kind = assets[name]
        hold(request.scope, None)
        return Response(content, media_type=kind, headers={**security, "Cache-Control": FOR_EVER})

    @router.get("/docs")
    @declaring(ANY)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference(), headers=security)

    return router
