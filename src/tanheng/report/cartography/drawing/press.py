"""The press: sheets of maps written in the formats that a study asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from tanheng.plain_files import written
from tanheng.report.style.fonts import font_families


class Press:
    """Writes sheets to a folder; use it as `press` gives it."""

    #: Sheets that wait to be packed hold some 20 MB each.
    _MOST_WAITING = 2

    def __init__(self, folder: Path, endings: Sequence[str], packer: Executor) -> None:
        self.folder, self.endings = folder, endings
        self._packer = packer
        self._waiting: list[Future[None]] = []

    def write(self, figure: Figure, name: str) -> Path:
        """Write a sheet in each format; returns the PNG, which is there when the press has closed."""
        path = self.folder / f"{name}.png"
        image = _picture(figure)
        while len(self._waiting) >= self._MOST_WAITING:
            self._waiting.pop(0).result()
        # Packing takes as long as drawing and needs no Python, so the next sheet is drawn meanwhile.
        self._waiting.append(
            self._packer.submit(image.save, path, dpi=(figure.dpi, figure.dpi), compress_level=_PACKED)
        )
        for ending in self.endings:
            if ending != "png":
                figure.savefig(self.folder / f"{name}.{ending}", dpi=figure.dpi, metadata=_UNDATED[ending])
        # A figure and its canvas hold each other, so some 50 MB would wait for the collector.
        figure.clear()
        figure.canvas = FigureCanvasBase(figure)
        return path

    def finish(self) -> None:
        """Wait for the last sheets; an error of theirs is raised here."""
        for one in self._waiting:
            one.result()


#: Files are a twentieth larger than at the level that is usual, and packed in two thirds of the time.
_PACKED = 3

#: Without dates, the same study gives the same files.
_UNDATED: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def _picture(figure: Figure) -> Image.Image:
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    # Paper is white all over, and a picture without transparency is smaller.
    return drawn.convert("RGB")


@contextmanager
def press(folder: Path, endings: Sequence[str] = ("png",)) -> Iterator[Press]:
    """Press with fonts that know Chinese; PDF embeds them whole, and SVG has letters as shapes, so that both look alike everywhere."""
    with fonts(), ThreadPoolExecutor(1) as packer:
        opened = Press(folder, endings, packer)
        with written(folder):
            yield opened
            opened.finish()


@contextmanager
def fonts() -> Iterator[None]:
    """Settings of matplotlib for pictures."""
    settings: Any = {
        "font.family": font_families(),
        "axes.unicode_minus": True,
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "tanheng",
        "axes.linewidth": 0.8,
    }
    with mpl.rc_context(settings):
        yield
