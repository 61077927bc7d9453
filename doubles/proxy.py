"""A town hall's proxy, which serves under a path of its site what listens elsewhere."""

import contextlib
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

#: What a connection settles for itself (RFC 9110, 7.6.1).
_OF_A_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@contextlib.asynccontextmanager
async def proxy(to: str, path: str, *, strips: bool) -> AsyncIterator[str]:
    """Serve `to` under `path`, and 404 elsewhere; yields the address of the site.

    Where it `strips`, what listens at `to` is asked without the path, as nginx does with
    `proxy_pass http://…/;`.
    """

    async def pass_on(request: web.Request) -> web.Response:
        asked = request.rel_url.raw_path_qs
        if strips:
            asked = "/" + asked.removeprefix(path).removeprefix("/")
        async with session.request(
            request.method,
            to + asked,
            data=await request.read(),
            headers={k: v for k, v in request.headers.items() if k.lower() not in _OF_A_CONNECTION},
            allow_redirects=False,
        ) as answer:
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _OF_A_CONNECTION}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())

    app = web.Application()
    app.router.add_route("*", path, pass_on)
    app.router.add_route("*", rf"{path}/{{rest:[\s\S]*}}", pass_on)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
