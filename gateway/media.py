"""Which files may be sent; the bytes decide what a file is, not its name."""

import re

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_FILES_PER_CONVERSATION = 20
"""By the customer; as many by the people who answer."""
ALLOWED = "PNG, JPEG, GIF and WebP images, PDF, plain text and CSV"

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MARKUP = re.compile(r"^\s*<(!doctype|html|svg|\?xml|script)", re.IGNORECASE)
_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f/\\"<>|:*?]')


def media_type_of(content: bytes, name: str) -> str | None:
    """The media type of an allowed file, None for any other."""
    for signature, media_type in _SIGNATURES:
        if signature.match(content):
            return media_type
    return _text_type(content, name)


def _text_type(content: bytes, name: str) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if not text.strip() or _CONTROL.search(text) or _MARKUP.match(text):
        return None
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def safe_name(name: str) -> str:
    """The file's own name without folders and characters that mean something to a shell, browser or disk."""
    return _UNSAFE_IN_NAME.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")[-120:] or "file"
