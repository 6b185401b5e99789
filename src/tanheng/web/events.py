"""Server-sent events on jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tanheng.language import language, speaking, tr
from tanheng.web.answers import home_of, may_see
from tanheng.web.jobs.job import Job
from tanheng.web.refusals import TooManyError

#: Streams of one user at the same time.
_MOST = 30

#: Seconds between two looks at a job.
_EVERY_S = 0.5


def told_events(request: Request, name: str, words: Callable[[Job], Mapping[str, object]]) -> Response:
    """How a job stands, whenever that changes, as server-sent events; the last one when it has ended, or the session has.

    Raises
    ------
    TooManyError
        Too many are followed already.
    """
    home = home_of(request)
    if home.streams >= _MOST:
        raise TooManyError(tr("Too many pages follow jobs at once; close some of them."))
    spoken = language()

    def seen() -> tuple[Job, str] | None:
        state = home.journal.job(name) if may_see(request, home) else None
        if state is None:
            return None
        with speaking(spoken):
            return state, json.dumps(words(state), ensure_ascii=False)

    async def told() -> AsyncIterator[str]:
        last = ""
        home.streams += 1
        try:
            while not await request.is_disconnected():
                found = await anyio.to_thread.run_sync(seen, limiter=home.lane)
                if found is None:
                    return
                state, text = found
                if text != last:
                    last = text
                    yield f"data: {text}\n\n"
                if state.has_ended:
                    return
                await asyncio.sleep(_EVERY_S)
        finally:
            home.streams -= 1

    return StreamingResponse(told(), media_type="text/event-stream")
