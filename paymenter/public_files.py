"""Laravel's public disk: images that PHP serves below `/storage`, and so do we.

The kind of a file is read from its first bytes, never from its name, and decides the ending.
"""

import re
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest

from paymenter.errors import Refused

ADDRESS = "/storage/"
MOST_BYTES = 2 * 1024 * 1024

PHOTOS = frozenset({"png", "jpg", "webp", "gif"})
LOGOS = PHOTOS | {"svg"}
ICONS = frozenset({"ico", "png", "svg"})

TYPES: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "svg": "image/svg+xml",
}

_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]", re.DOTALL)
_UNSAFE_SVG = re.compile(
    rb"<\s*(?:script|foreignobject|iframe|handler|!doctype|!entity)|\son\w+\s*=|javascript:"
    rb"|href\s*=\s*[\"']?\s*(?!#|[\"']?data:image/(?:png|jpeg|gif|webp))[^\s\"'>]",
    re.IGNORECASE,
)
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
_CACHE_SECONDS = 3600


def kind_of(content: bytes) -> str | None:
    """The ending that the content deserves; None for what is no image, or no harmless one."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if content[:4] == b"\x00\x00\x01\x00":
        return "ico"
    if _SVG.match(content) and not _UNSAFE_SVG.search(content):
        return "svg"
    return None


def checked(content: bytes, kinds: Collection[str]) -> str:
    """The ending. Raises Refused."""
    if len(content) > MOST_BYTES:
        raise Refused(f"The file must not be larger than {MOST_BYTES // 1024 // 1024} MB.")
    kind = kind_of(content)
    if kind not in kinds or kind is None:
        named = ", ".join(sorted(kinds)).upper()
        raise Refused(f"The file must be an image of one of these kinds, without scripts: {named}.")
    return kind


def store(content: bytes, name: str, kinds: Collection[str]) -> str:
    """The path on the disk, whose ending is that of the content. Raises Refused."""
    path = f"{name}.{checked(content, kinds)}"
    target = _file_at(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, delete=False) as file:
            file.write(content)
        part = Path(file.name)
        part.chmod(0o644)
        part.replace(target)
    except OSError as error:
        text = f"The file cannot be stored in {settings.PUBLIC_FILES_DIR}: {error.strerror}."
        raise Refused(text) from error
    return path


def store_new(content: bytes, directory: str, kinds: Collection[str]) -> str:
    """Under a name made of the content: the same image twice is one file."""
    return store(content, f"{directory}/{sha256(content).hexdigest()[:32]}", kinds)


def address(path: str) -> str:
    return f"{ADDRESS}{path.lstrip('/')}"


def serve(request: HttpRequest, path: str) -> FileResponse:
    """Only images, so that what else lies there stays there."""
    target = _file_at(path)
    kind = TYPES.get(target.suffix.lower().lstrip("."))
    if kind is None:
        raise Http404
    try:
        file = target.open("rb")
    except OSError:
        raise Http404 from None
    answer = FileResponse(file, content_type=kind)
    for name, value in _SAFE.items():
        answer[name] = value
    answer["Cache-Control"] = f"public, max-age={_CACHE_SECONDS}"
    return answer


def _file_at(path: str) -> Path:
    root = Path(settings.PUBLIC_FILES_DIR).resolve()
    target = (root / path.lstrip("/")).resolve()
    if not target.is_relative_to(root):
        raise Http404
    return target
