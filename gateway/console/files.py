"""The console's static files, as its build leaves them; without a build, a page that says how to make one."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parents[1] / "static" / "console"
# Its own scripts only. Component kits write styles into the page.
CONSOLE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
}
# Built files have a hash of their content in their names.
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
REVALIDATE = {"Cache-Control": "no-cache"}
ASSETS = "assets/"
NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Holdfast</title>
<h1>The console is not built</h1>
<p>Run <code>make console</code> in the checkout, and load this page again. It needs Node.js.</p>
<p>Everything that the console shows is in the <a href="/docs">API</a>, too.</p>
</html>
"""


class ConsoleFiles(StaticFiles):
    """Every address that is no file is one of the console's own pages, which its scripts show."""

    def __init__(self, folder: Path = STATIC) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._index = folder / "index.html"

    async def check_config(self) -> None:
        """A folder that is not there is one that was not built, and may be before the next request."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await self._file(path, scope)
        caching = FOR_EVER if path.startswith(ASSETS) and response.status_code < 400 else REVALIDATE
        response.headers.update(CONSOLE_HEADERS | caching)
        return response

    async def _file(self, path: str, scope: Scope) -> Response:
        if path in {"", "."}:
            return self.page()
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith(ASSETS):
                raise
            return self.page()

    def page(self) -> Response:
        """The one page that all the console's addresses have in common."""
        if self._index.is_file():
            return FileResponse(self._index)
        return HTMLResponse(NOT_BUILT, status_code=503)
