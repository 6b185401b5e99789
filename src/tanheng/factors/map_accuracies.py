"""Overall accuracies that the makers of land-cover products publish."""

from __future__ import annotations

from dataclasses import dataclass

from tanheng.factors.catalogue import packaged_table


@dataclass(frozen=True)
class StatedAccuracy:
    """Overall accuracy of a map, a share, and who says so."""

    overall: float
    source: str


def published_accuracy(legend: str) -> StatedAccuracy | None:
    """Overall accuracy of the product that a built-in legend belongs to; none where it is a legend of no product.

    It is of the product as a whole, as its makers sampled it: one region may be better or worse.

    Examples
    --------
    >>> found = published_accuracy("clcd")
    >>> found.overall, published_accuracy("six-classes")
    (0.7931, None)
    """
    for _, row in packaged_table("map_accuracies").rows:
        if row["legend"] == legend:
            return StatedAccuracy(float(row["overall_accuracy"]), row["source"])
    return None
