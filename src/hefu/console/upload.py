"""A form that carries a small file (multipart/form-data, RFC 7578), kept in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from hefu import errors
from hefu.errors import Text
from hefu.http.guard import body_of

BROKEN_FORM = errors.kind(
    "console.broken_form",
    http=422,
    message=Text("表单不完整: {value}", "the form is not whole: {value}"),
    cure=Text("在页面上重新提交", "send it again from its page"),
)


async def form_with_file(request: Request, limit: int) -> tuple[dict[str, str], bytes]:
    """The fields of a form of at most ``limit`` bytes, and its file; empty if none was chosen. Raises
    ``console.broken_form``.
    """
    body = await body_of(request, limit)

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(
            request.headers, whole(), max_files=1, max_fields=20_000, max_part_size=limit
        ).parse()
    except (MultiPartException, MultipartParseError, KeyError) as error:
        errors.fail(BROKEN_FORM, value=str(error)[:80])
    fields = {name: value.strip() for name, value in form.multi_items() if isinstance(value, str)}
    files = [await value.read() for value in form.values() if isinstance(value, UploadFile)]
    await form.close()
    return fields, files[0] if files else b""
