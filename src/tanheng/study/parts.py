"""What all parts of a study file share: strict models, and the types of their fields."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from tanheng.language import tr


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


#: True or false and nothing else: "yes" and 1 are slips.
Truth = StrictBool
OneLine = Annotated[str, AfterValidator(_one_line)]
#: Half of a 95 % interval, relative to the value: 0.2 is 20 %.
HalfWidth = Annotated[float, Field(ge=0, le=2)]
Year = Annotated[int, Field(ge=1, le=9999)]
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_list), Field(min_length=1)]
