"""Tables of finished results, read back as they were written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tanheng.errors import InputError
from tanheng.io.rows import alive
from tanheng.language import tr
from tanheng.tables.columns import holds_words


def read_result_table(path: Path) -> pd.DataFrame:
    """Table of results from its CSV file; columns of words and codes stay text, whatever stands in them.

    Raises
    ------
    InputError
        The file isn't there, or can't be read.
    """
    try:
        head = pd.read_csv(path, encoding="utf-8-sig", nrows=0)
        # A zone may have the code 01, and be called NA.
        words = {name: str for name in head.columns if holds_words(str(name), path.stem)}
        table = pd.read_csv(path, encoding="utf-8-sig", dtype=words, keep_default_na=False, na_values=[""])
        return table.assign(**{name: table[name].map(alive) for name in words})
    except FileNotFoundError:
        raise InputError(
            tr("{path}: there is no such file; run the study again, which writes all tables anew", path=path)
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(tr("{path}: can't be read ({reason})", path=path, reason=error)) from error
