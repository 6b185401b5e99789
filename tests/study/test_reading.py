"""A study whose text can't be read says where, why, and how it is written right, in its own language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tanheng.errors import InputError, StudyError
from tanheng.language import speaking
from tanheng.study import language_of, load_study, parse_study


def told(folder: Path, text: str) -> str:
    path = folder / "s.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_study(path)
    return str(caught.value).removeprefix(f"{path}: not valid TOML: ").removeprefix(f"{path}：不是有效的 TOML：")


MINIMAL: dict[str, Any] = {
    "title": "A",
    "years": [2000],
    "land_cover": {"maps": {"2000": "a.tif"}},
    "carbon_density": {"table": "henan-six-classes"},
}

WRONG = [
    ('title = "A"\n[zones.县区]\n', "line 2, column 8: put '县区' in quotes: [zones.\"县区\"]"),
    ("by = {灯光 = 1}\n", "line 1, column 7: put '灯光' in quotes: \"灯光\" = …"),
    ("县区 = 1\n", "line 1, column 1: put '县区' in quotes: \"县区\" = …"),
    ('title = "A\n', "line 1, column 11: this character may not stand here; is the quote closed on the same line?"),
    ("title = “甲”\n", 'line 1, column 9: write " in place of “'),
    ("a = 1\na = 2\n", "line 2, column 6: this key appears twice"),
    ("[a]\n[a]\n", "line 2, column 3: this table appears twice"),
    ('file = "D:\\data\\x"\n', "line 1, column 13: write / in paths, not \\"),
    ("years = [2000", "at its end: close the list with ], and part its entries by commas"),
    ("title\n", "line 1, column 6: write = between a key and its value"),
    ("title = A\n", "line 1, column 9: write a number, true, false, a list, or text in quotes"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_no_toml_is_told_with_its_mend(tmp_path: Path, text: str, message: str) -> None:
    assert told(tmp_path, text) == message


def test_toml_is_mended_in_chinese(tmp_path: Path) -> None:
    with speaking("zh"):
        assert told(tmp_path, "[zones.县区]\n") == '第 1 行第 8 列：请给“县区”加引号：[zones."县区"]'
        assert told(tmp_path, "title = A\n") == "第 1 行第 9 列：请写数字、true、false、列表或带引号的文本"


def test_the_language_is_known_where_the_text_is_not(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('language = "zh"\n[zones.县区]\n', encoding="utf-8")
    assert language_of(path) == "zh"
    path.write_text('# language = "zh"\n[zones.县区]\n', encoding="utf-8")
    assert language_of(path) is None


def test_a_folder_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        load_study(tmp_path)


def test_texts_by_language_and_their_former_form_are_one() -> None:
    now = parse_study({**MINIMAL, "title": {"en": "Small", "zh": "小"}, "outputs": {"note": {"zh": "注"}}})
    former = parse_study({**MINIMAL, "title": "Small", "title_zh": "小", "outputs": {"note_zh": "注"}})
    for study in (now, former):
        assert (study.told_title, study.outputs.told_note) == ("Small", "注")
        with speaking("zh"):
            assert (study.told_title, study.outputs.told_note) == ("小", "注")
    assert parse_study(MINIMAL).model_dump(mode="json")["title"] == MINIMAL["title"]


def test_a_text_in_no_language_is_refused() -> None:
    with pytest.raises(StudyError, match="'fr' is not an available language"):
        parse_study({**MINIMAL, "title": {"fr": "Petit"}})
    with pytest.raises(StudyError, match="'fr' is not an available language"):
        parse_study({**MINIMAL, "language": "fr"})
    with pytest.raises(StudyError, match="title: write a title"):
        parse_study({**MINIMAL, "title": ""})
