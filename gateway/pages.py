"""Static pages: console, widget, a page that embeds it, and the documentation. Nothing is loaded from elsewhere."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from gateway.console.files import CONSOLE_HEADERS, ConsoleFiles

STATIC = Path(__file__).parent / "static"
# Browsers ask again each time and are told "not modified": an update of the widget reaches every page at once.
REVALIDATE = {"Cache-Control": "no-cache"}
# Any page may load the widget's files; what the chat itself may do is decided by the token and the allowed origins.
EMBEDDABLE = REVALIDATE | {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

router = APIRouter(include_in_schema=False)
console = ConsoleFiles()


class EmbeddableFiles(StaticFiles):
    """Static files that pages of other origins may load."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(EMBEDDABLE)
        return response


@router.get("/")
async def front() -> RedirectResponse:
    return RedirectResponse("/chat")


@router.get("/chat")
async def chat_page() -> FileResponse:
    return FileResponse(STATIC / "chat.html", headers=REVALIDATE)


@router.get("/console")
async def console_page() -> Response:
    response = console.page()
    response.headers.update(CONSOLE_HEADERS | REVALIDATE)
    return response


@router.get("/docs")
async def docs_page() -> FileResponse:
    return FileResponse(STATIC / "docs" / "index.html", headers=REVALIDATE)


@router.get("/widget.js")
async def widget() -> FileResponse:
    return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=EMBEDDABLE)


def install(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/widget", EmbeddableFiles(directory=STATIC / "widget"))
    # Static files hold no secret that compression could give away; answers of the API might.
    app.mount("/console", GZipMiddleware(console))
    app.mount("/docs", GZipMiddleware(StaticFiles(directory=STATIC / "docs")))
