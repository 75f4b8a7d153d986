"""Serves uploaded files, as Discord's CDN does: to anybody who knows the link, and never as a page of ours."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from guildwright.playground.playground import Playground

# What a browser may show by itself; anything else is downloaded, since a file could be a page with a script.
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "video/", "audio/", "text/plain")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, max-age=31536000, immutable",
}


def attachment_route(play: Playground) -> HTTPRouteHandler:
    """GET a file by channel, id and name."""

    @get("/attachments/{channel_id:int}/{file_id:int}/{name:str}", include_in_schema=False)
    async def get_attachment(channel_id: FromPath[int], file_id: FromPath[int], name: FromPath[str]) -> Response[bytes]:
        del channel_id
        file = play.store.files.read(file_id)
        if file is None or file.name != name:
            return Response(b"This content is no longer available.", status_code=404, media_type="text/plain")
        way = "inline" if file.type.startswith(_SHOWN) else "attachment"
        headers = _HEADERS | {"content-disposition": f'{way}; filename="{file.name}"'}
        return Response(file.body, media_type=file.type, headers=headers)

    return get_attachment
