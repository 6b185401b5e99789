"""What a reader must know where land cover or population is reconstructed: what follows from them proves nothing of the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanheng.language import listed, mark, tr

_INPUTS = {"land_cover": mark("land cover"), "population": mark("population"), "emissions": mark("emissions")}


def reconstructed_inputs(record: Mapping[str, Any]) -> list[str]:
    """Inputs that the study declares reconstructed, of those that patterns are made from."""
    return [name for name in record["settings"].get("reconstructed", ()) if name in _INPUTS]


def land_caveat(record: Mapping[str, Any]) -> str:
    """Sentence on the transitions of a reconstructed map; empty where it is observed."""
    if "land_cover" not in reconstructed_inputs(record):
        return ""
    return tr(
        "Land cover is reconstructed: areas of the classes by year were given, while gross gains and losses, transitions and the place "
        "of a class come from the reconstruction and say nothing of the region."
    )


def pattern_caveat(record: Mapping[str, Any]) -> str:
    """Sentence on correlations, clusters and indices of reconstructed inputs; empty where all are observed."""
    names = reconstructed_inputs(record)
    if not names:
        return ""
    return tr(
        "Reconstructed inputs: {inputs}. Correlations, clusters, q, indices and p-values below describe the reconstruction and prove "
        "nothing of the region, so stars are left out.",
        inputs=listed(tr(_INPUTS[name]) for name in names),
    )
