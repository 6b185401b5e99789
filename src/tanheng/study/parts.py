"""What all parts of a study file share: strict models, and the types of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    WithJsonSchema,
)

from tanheng.errors import nearest
from tanheng.language import LANGUAGES, listed, tr
from tanheng.limits import limit, more_than


class Part(BaseModel):
    """A table of the study file: frozen; unknown keys, infinity and not-a-number are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True, allow_inf_nan=False
    )


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError(tr("write it on one line"))
    return text


def _by_language(value: object) -> object:
    """A text by language; a plain text is one for all."""
    return {"": value} if isinstance(value, str) else value


def _known_languages(texts: dict[str, str]) -> dict[str, str]:
    for code in texts:
        if code not in {"", *LANGUAGES}:
            raise ValueError(
                tr("'{code}' is not an available language{nearest}", code=code, nearest=nearest(code, LANGUAGES))
            )
    return texts


def _as_written(texts: dict[str, str]) -> object:
    return texts.get("", "") if set(texts) <= {""} else texts


def _known_language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(
            tr("'{code}' is not an available language{nearest}", code=code, nearest=nearest(code, LANGUAGES))
        )
    return code


#: A text, plain or by language: ``"Henan"`` or ``{ en = "Henan", zh = "河南" }``.
Texts = Annotated[
    dict[str, str],
    BeforeValidator(_by_language),
    AfterValidator(_known_languages),
    PlainSerializer(_as_written),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}),
]
#: Code of a language that tanheng speaks.
LanguageCode = Annotated[str, AfterValidator(_known_language)]


def within(name: str) -> AfterValidator:
    """Validator of a number that may not be beyond a limit."""

    def check(value: float) -> float:
        if value > limit(name):
            raise ValueError(tr("is too large: {more}", more=more_than(name, value)))
        return value

    return AfterValidator(check)


#: True or false and nothing else: "yes" and 1 are slips.
Truth = StrictBool
OneLine = Annotated[str, AfterValidator(_one_line)]


def _no_percentage(value: object) -> object:
    """Refuse a half-width in percent."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > _MOST_HALF_WIDTH:
        raise ValueError(
            tr("a half-width is a share of the value: write {share:g} for {value:g} %", share=value / 100, value=value)
        )
    return value


#: Largest half of an interval that is taken.
_MOST_HALF_WIDTH = 2.0
#: Half of a 95 % interval, relative to the value: 0.2 is 20 %.
HalfWidth = Annotated[float, BeforeValidator(_no_percentage), Field(ge=0, le=_MOST_HALF_WIDTH)]
#: Overall accuracy of a map, a share.
Accuracy = Annotated[float, Field(gt=0, le=1)]
#: Two years, as ``2001-2010``.
Period = Annotated[str, Field(pattern=r"^\d{1,4}-\d{1,4}$")]
Year = Annotated[int, Field(ge=1, le=9999)]
Name = Annotated[str, Field(min_length=1)]
#: Band of a raster, from 1; by year where one file holds several years; none where the file has one only.
Bands = Annotated[int, Field(ge=1)] | dict[Year, Annotated[int, Field(ge=1)]] | None
_NAME_SCHEMA = {"type": "string", "minLength": 1}
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_NAME_SCHEMA, {"type": "array", "items": _NAME_SCHEMA, "minItems": 1}]}),
]


def with_texts(data: object, key: str) -> object:
    """Data of a part with the text of a key by language, where a file has ``key_zh`` beside ``key``, as files once did."""
    if not isinstance(data, dict) or not data.get(f"{key}_zh"):
        return {name: value for name, value in data.items() if name != f"{key}_zh"} if isinstance(data, dict) else data
    texts = data.get(key, "")
    merged = {**(texts if isinstance(texts, dict) else {"": texts}), "zh": data[f"{key}_zh"]}
    return {**{name: value for name, value in data.items() if name != f"{key}_zh"}, key: merged}


def band_of(bands: Bands, year: int) -> int | None:
    """Band of a year; none where the study names none."""
    return bands.get(year) if isinstance(bands, dict) else bands


def refuse_bands(bands: Bands, maps: Mapping[int, object] | None) -> None:
    """Refuse bands by year that belong to no map by year. A map without one has a single band, or is told of.

    Raises
    ------
    ValueError
        There are no maps by year, or none of the year of a band.
    """
    if not isinstance(bands, dict):
        return
    if maps is None:
        raise ValueError(tr("'band' by year goes with 'maps', a file by year; it may be the same file"))
    strange = sorted(set(bands) - set(maps))
    if strange:
        raise ValueError(tr("'band' names a band for {years}, and 'maps' has no map of it", years=listed(strange)))
