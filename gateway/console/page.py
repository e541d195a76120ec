"""Pages of the way in, for people: one sentence of what is wrong, and what to do."""

from html import escape

from starlette.responses import HTMLResponse

from gateway.console.files import CONSOLE_HEADERS

SIGN_IN = "/console/sign-in"
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} · Holdfast</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1d2733 }}
body {{ max-width: 34rem; margin: 20vh auto 0; padding: 0 1.5rem }}
h1 {{ font-size: 1.4rem }}
a {{ color: #0b62c4 }}
code {{ background: #eef1f5; padding: 0 .25rem; overflow-wrap: anywhere }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #14181d; color: #e3e8ee }} a {{ color: #7db7ff }} code {{ background: #262d36 }}
}}
</style>
<h1>{title}</h1>
<p>{text}</p>
{facts}
<p><a href="{link}">{link_text}</a></p>
</html>
"""


def page(
    title: str,
    text: str,
    *,
    status: int,
    facts: dict[str, str] | None = None,
    link: str = SIGN_IN,
    link_text: str = "Sign in again",
) -> HTMLResponse:
    """`facts` are values to copy, by what they are called."""
    rows = "".join(f"<p>{escape(name)}: <code>{escape(value)}</code></p>" for name, value in (facts or {}).items())
    content = _PAGE.format(
        title=escape(title), text=escape(text), facts=rows, link=escape(link), link_text=escape(link_text)
    )
    return HTMLResponse(content, status, CONSOLE_HEADERS | {"Cache-Control": "no-store"})
