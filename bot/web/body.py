"""What is sent to us, uncompressed: by an API's caller, a form or Telegram."""

import asyncio
import zlib
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

#: What `Content-Encoding` may be. Browsers never compress what they send; some programs do.
ENCODINGS = ("identity", "gzip", "deflate")
#: A message of 4,000 characters, each of which may take 12 bytes in a form, with the conversation.
FORM_BYTES = 52 * 1024
#: Seconds in which a body has to arrive: a phone with hardly any network sends 12 KiB in five.
PATIENCE = 20.0


async def read_body(request: web.Request, most: int) -> bytes:
    """The body of a request whose server leaves it compressed (`listening` does).

    Raises the HTTP errors 400 where it is damaged or incomplete, 408 where it does not arrive,
    413 where it has more than `most` bytes, sent or uncompressed, and 415 for other encodings.
    """
    encoding = (
        request.headers.get("Content-Encoding", "identity").strip().lower().removeprefix("x-")
    )
    if encoding not in ENCODINGS:
        raise web.HTTPUnsupportedMediaType(headers={"Accept-Encoding": ", ".join(ENCODINGS)})
    try:
        async with asyncio.timeout(PATIENCE):
            sent = await request.clone(client_max_size=most).read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (HttpProcessingError, ConnectionError):
        raise web.HTTPBadRequest from None
    return sent if encoding == "identity" else _inflated(sent, most)


async def read_form(request: web.Request, most: int = FORM_BYTES) -> dict[str, str]:
    """The fields of one of our own forms: another site must not ask or vote in a reader's name.

    Nothing raises here on what is sent, as a parser's error would quote it in the log.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPForbidden
    body = await read_body(request, most)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _inflated(sent: bytes, most: int) -> bytes:
    """What gzip or deflate made of `most` bytes at most; a bomb is never unpacked further."""
    # 15 bits of window for either header (zlib's manual, inflateInit2), or for none: some take
    # « deflate » for RFC 1951, whose first byte is hardly ever that of the header meant (RFC 1950).
    headed = sent[:2] == b"\x1f\x8b" or (sent[:1] and sent[0] & 0x0F == zlib.DEFLATED)
    inflating = zlib.decompressobj(32 + zlib.MAX_WBITS if headed else -zlib.MAX_WBITS)
    try:
        body = inflating.decompress(sent, most + 1)
    except zlib.error:
        raise web.HTTPBadRequest from None
    if len(body) > most:
        raise web.HTTPRequestEntityTooLarge(most, len(body))
    if not inflating.eof or inflating.unused_data:
        raise web.HTTPBadRequest
    return body
