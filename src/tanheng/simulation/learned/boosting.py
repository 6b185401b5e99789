"""Log-odds of change by gradient-boosted trees (LightGBM), for those who want interactions that a sum of effects lacks."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.simulation.landscape import GAP, Codes
from tanheng.simulation.learned.sampling import Sample

#: Settings of the trees: small ones with few features each, since changed cells are few. The number of threads is fixed.
SETTINGS: dict[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "verbose": -1,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
}
ROUNDS = 120


def require_boosting() -> None:
    """Refuse to go on without LightGBM.

    Raises
    ------
    InputError
        It is not installed, or lacks a library of the system.
    """
    if importlib.util.find_spec("lightgbm") is None:
        raise InputError(
            tr("model 'lightgbm' is not installed: pip install 'tanheng[simulate]', or take the model 'logit'")
        )
    try:
        import lightgbm  # noqa: F401  only to see that it loads
    except OSError as error:
        raise InputError(
            tr(
                "model 'lightgbm' can't be loaded ({error}); install OpenMP (libgomp1 on Debian, libomp on macOS), or take the "
                "model 'logit'",
                error=error,
            )
        ) from error


@dataclass(frozen=True)
class Boosted:
    """Log-odds by trees.

    Attributes
    ----------
    targets : tuple of int
    text : str
        The model as LightGBM writes it, which travels to any worker.
    """

    targets: tuple[int, ...]
    text: str

    def scores(self, codes: Codes, cells: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """ln(P_ij / P_ii) of each cell and target, shape (cells, targets)."""
        return self.scores_of(codes.reshape(codes.shape[0], -1)[:, cells].T)

    def used(self, features: int) -> Sequence[int]:
        """All features."""
        return range(features)

    def scores_of(self, codes: Codes) -> NDArray[np.float32]:
        """Likewise, from codes of shape (cells, features)."""
        raw = np.asarray(
            _booster(self.text).predict(_matrix(codes), raw_score=True, num_threads=SETTINGS["num_threads"])
        )
        logs = raw[:, None] if raw.ndim == 1 else raw[:, 1:] - raw[:, :1]
        return np.asarray(logs, np.float32)


@lru_cache(maxsize=32)
def _booster(text: str) -> Any:  # noqa: ANN401  lightgbm has no types
    import lightgbm

    return lightgbm.Booster(model_str=text)


def _matrix(codes: Codes) -> NDArray[np.float32]:
    values = codes.astype(np.float32)
    values[codes == GAP] = np.nan
    return values


def boost(sample: Sample, seed: int) -> Boosted:
    """Trees learned from a sample: binary where there is one target, else with one class a target.

    References
    ----------
    Ke et al. 2017, LightGBM: A highly efficient gradient boosting decision tree.
    """
    import lightgbm

    count = len(sample.targets) + 1
    kind = {"objective": "binary"} if count == 2 else {"objective": "multiclass", "num_class": count}
    smallest = {"min_data_in_leaf": max(5, min(200, sample.cells.size // 50))}
    data = lightgbm.Dataset(_matrix(sample.codes), sample.target.astype(float), weight=sample.weight)
    model = lightgbm.train({**SETTINGS, **kind, **smallest, "seed": seed}, data, ROUNDS)
    return Boosted(sample.targets, model.model_to_string())
