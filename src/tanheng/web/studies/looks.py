"""A look at files beside a study; what reads them is loaded when it is needed, so that the app is there at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tanheng.reach import confined_to
from tanheng.web.home import Home


def looked_at(home: Home, base: Path, paths: Iterable[Path] | None = None) -> list[dict[str, Any]]:
    """Files of a study as they are recognised, rasters with their pictures; all in its folder where none are named."""
    from tanheng.inputs.recognition.files import files_in, recognised
    from tanheng.io.rasters import files_open
    from tanheng.web.studies.pictures import with_picture

    with confined_to(home.reach), files_open():
        return [
            with_picture(one) for path in (files_in(base) if paths is None else paths) for one in recognised(path, base)
        ]


def load_readers() -> None:
    """Load what reads files and studies beforehand, so that the first look does not wait for it."""
    import tanheng.inputs.plan
    import tanheng.pipeline.estimate
    import tanheng.web.studies.future
    import tanheng.web.studies.pictures  # noqa: F401
