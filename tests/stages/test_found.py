"""What a stage found comes back from the notes of a stopped run as it was."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from tanheng.language import listed, name_of, speaking, tr
from tanheng.report.words.notes import CHECK, action_of
from tanheng.stages.found import Found


def test_warnings_keep_what_to_do_and_their_other_language() -> None:
    note = tr(
        "{name}: has rows of {source} and of {made}, which carries the carbon of {source}; where both come from the "
        "same works, it is counted twice",
        name="energy.csv",
        source=name_of("coke"),
        made=listed([name_of("blast_furnace_gas"), np.int64(3)]),
    )
    table = pd.DataFrame({"year": [2000, 2010], "share": [0.5, np.nan]})
    kept = Found({"one": table}, notes=(note, "plain"))
    back = Found.of_data(json.loads(json.dumps(kept.as_data())))
    assert back.notes == kept.notes
    assert action_of(back.notes[0]) == CHECK
    with speaking("zh"):
        assert back.notes[0].again() == note.again() != str(note)  # type: ignore[attr-defined]
    assert_frame_equal(back.tables["one"], table)
