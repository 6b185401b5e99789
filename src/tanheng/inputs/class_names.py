"""Names of land classes as users write them: as the legend has them, or as tanheng prints them in any language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from tanheng.factors.densities import CarbonDensities
from tanheng.factors.legends import class_named
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.study import Study

T = TypeVar("T")

#: Parts of a study that name land classes.
_PARTS = ("land_cover", "carbon_density", "balance", "flows", "plan", "simulate")

#: Entries whose texts are something else: a legend, names of scenarios and of zones.
_OTHERS = frozenset({"legend", "scenario", "scenarios", "zone", "zones", "label", "title"})

#: Entries whose values, and not their keys, are classes.
_BY_CODE = "codes"


class ClassNames:
    """Classes of a legend, found by any of their names.

    Examples
    --------
    >>> names = ClassNames(("cropland", "forest"))
    >>> names.of("耕地"), names.of("Forest"), names.keys({"林地": 1.0, "orchard": 2.0})
    ('cropland', 'forest', {'forest': 1.0, 'orchard': 2.0})
    """

    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes

    def of(self, name: str) -> str:
        """Class that a name means; the name itself where it means none."""
        return class_named(name, self.classes) or name

    def keys(self, values: Mapping[str, T]) -> dict[str, T]:
        """Values by class; a name that means a class which has another row already stays as it is, and is found to be unknown."""
        times = Counter(map(self.of, values))
        return {name if times[self.of(name)] > 1 else self.of(name): value for name, value in values.items()}

    def densities(self, table: CarbonDensities) -> CarbonDensities:
        """Densities by class."""
        by_zone = {zone: self.densities(one) for zone, one in table.by_zone.items()}
        return replace(table, values=self.keys(table.values), by_zone=by_zone)

    def balance(self, balance: BalanceInputs) -> BalanceInputs:
        """Uptake and respiration by class."""
        uptake, respiration = (
            None if values is None else self.keys(values) for values in (balance.uptake, balance.respiration)
        )
        return replace(balance, uptake=uptake, respiration=respiration)

    def study(self, study: Study) -> Study:
        """Study whose settings name classes as the legend does."""
        return study.model_copy(update={part: self._renamed(getattr(study, part)) for part in _PARTS})

    def _renamed(self, value: Any) -> Any:  # noqa: ANN401  any part of a study
        if isinstance(value, BaseModel):
            fields = {name: getattr(value, name) for name in type(value).model_fields if name not in _OTHERS}
            return value.model_copy(
                update={
                    name: self._of_codes(item) if name == _BY_CODE else self._renamed(item)
                    for name, item in fields.items()
                }
            )
        if isinstance(value, str):
            return self.of(value)
        if isinstance(value, Mapping):
            # Texts behind a key are no classes: categories of inventories, files, methods.
            return {
                self._renamed(key): item if key in _OTHERS or isinstance(item, str) else self._renamed(item)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return type(value)(self._renamed(item) for item in value)
        return value

    def _of_codes(self, codes: Mapping[int, str]) -> dict[int, str]:
        return {code: self.of(name) if name else name for code, name in codes.items()}
