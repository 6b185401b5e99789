"""Server-sent events on jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tanheng.language import language, speaking
from tanheng.web.answers import home_of
from tanheng.web.jobs.job import Job

#: Seconds between two looks at a job.
_EVERY_S = 0.5


def told_events(request: Request, name: str, words: Callable[[Job], Mapping[str, object]]) -> Response:
    """How a job stands, whenever that changes, as server-sent events; the last one when it has ended."""
    home = home_of(request)
    spoken = language()

    async def told() -> AsyncIterator[str]:
        last = ""
        while not await request.is_disconnected():
            found = home.journal.job(name)
            if found is None:
                return
            with speaking(spoken):
                text = json.dumps(words(found), ensure_ascii=False)
            if text != last:
                last = text
                yield f"data: {text}\n\n"
            if found.has_ended:
                return
            await asyncio.sleep(_EVERY_S)

    return StreamingResponse(told(), media_type="text/event-stream")
