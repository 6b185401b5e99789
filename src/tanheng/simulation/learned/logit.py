"""Logistic regression of change on features, each with a response that is linear between knots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tanheng.simulation.features import CODES, Feature, FeatureSet
from tanheng.simulation.kernels.scores import softmax_gradient
from tanheng.simulation.landscape import GAP
from tanheng.simulation.learned.model import Additive
from tanheng.simulation.learned.sampling import Sample

#: Knots of a response, and the weight of their squares against one changed cell.
KNOTS, RIDGE = 6, 10.0
_STEPS = 300


@dataclass(frozen=True)
class Response:
    """Knots of one feature, in its unit; fewer than two where it is constant among the cells learned from."""

    feature: Feature
    knots: NDArray[np.float64]

    @property
    def is_constant(self) -> bool:
        """Whether there is nothing to learn."""
        return self.knots.size < 2

    def hats(self) -> NDArray[np.float64]:
        """Weight of each knot at each code, shape (codes, knots); 0 at the gap."""
        at = self.feature.values(np.arange(CODES, dtype=float))
        weights = np.stack([np.interp(at, self.knots, row) for row in np.eye(self.knots.size)], axis=1)
        weights[GAP] = 0.0
        return weights


def responses(features: FeatureSet, sample: Sample) -> tuple[Response, ...]:
    """Knots of each feature at quantiles of the cells that changed and of those that stayed, half and half."""
    return tuple(
        Response(item, _knots(item, sample.codes[:, number], sample)) for number, item in enumerate(features.listed)
    )


def _knots(feature: Feature, codes: NDArray[np.uint16], sample: Sample) -> NDArray[np.float64]:
    known = codes <= feature.last_code
    changed, stayed = codes[known & (sample.target > 0)], codes[known & (sample.target == 0)]
    both = [part for part in (changed, stayed) if part.size]
    if not both:
        return np.zeros(0)
    at = np.linspace(0.0, 1.0, KNOTS)
    values = [feature.values(part) for part in both]
    return np.unique(np.mean([np.quantile(part, at) for part in values], axis=0))


def learn(features: FeatureSet, sample: Sample, ridge: float = RIDGE) -> Additive:
    r"""Log-odds of each conversion of a sample's origin class, by weighted maximum likelihood with a ridge.

    .. math:: \ln \frac{P_{ij}}{P_{ii}} = a_j + \sum_f e_{fj}(x_f)

    where each response :math:`e_{fj}` is linear between its knots and constant beyond them.

    Parameters
    ----------
    features : FeatureSet
    sample : Sample
        With at least one changed cell.

    References
    ----------
    McFadden 1974, Conditional logit analysis of qualitative choice behavior.
    """
    fit = _Fit(features, sample, ridge)
    start = np.zeros(fit.size)
    share = np.bincount(sample.target, weights=sample.weight, minlength=len(sample.targets) + 1)
    start[: len(sample.targets)] = np.log(np.maximum(share[1:], 0.5) / max(share[0], 0.5))
    best = minimize(fit.loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS, "maxcor": 20})
    return fit.model(best.x)


class _Fit:
    """The loss of a model by its parameters: intercepts, then the height of each knot for each target."""

    def __init__(self, features: FeatureSet, sample: Sample, ridge: float) -> None:
        self.sample, self.ridge, self.targets = sample, ridge, len(sample.targets)
        self.used = [
            (number, response.hats()) for number, response in enumerate(responses(features, sample))
            if not response.is_constant
        ]  # fmt: skip
        self.listed = len(features.listed)
        # A feature's effect is 0 on average, so that a gap stands for the mean.
        total = sample.weight.sum()
        for at, (number, hats) in enumerate(self.used):
            codes = sample.codes[:, number]
            known = codes != GAP
            by_code = np.bincount(codes[known], weights=sample.weight[known], minlength=CODES)
            centred = hats - (by_code @ hats) / max(by_code.sum(), 1e-300 * total)
            centred[GAP] = 0.0
            self.used[at] = (number, centred)
        self.codes = np.ascontiguousarray(sample.codes[:, [number for number, _ in self.used]])
        self.probabilities = np.empty((sample.cells.size, self.targets))
        self.slope = np.empty(self.targets)
        self.gradient = np.empty((len(self.used), CODES, self.targets))

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.targets * (1 + sum(int(hats.shape[1]) for _, hats in self.used))

    def effects(self, heights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Effect of each code, shape (used features, codes, targets)."""
        found, at = np.empty((len(self.used), CODES, self.targets)), self.targets
        for number, (_, hats) in enumerate(self.used):
            size = hats.shape[1] * self.targets
            found[number] = hats @ heights[at : at + size].reshape(hats.shape[1], self.targets)
            at += size
        return found

    def loss(self, heights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        sample = self.sample
        loss = softmax_gradient(
            self.codes, sample.target, sample.weight, heights[: self.targets], self.effects(heights),
            self.probabilities, self.slope, self.gradient,
        )  # fmt: skip
        slopes = [self.slope.copy()]
        slopes += [(hats.T @ part).reshape(-1) for (_, hats), part in zip(self.used, self.gradient, strict=True)]
        slope = np.concatenate(slopes)
        bent = heights[self.targets :]
        slope[self.targets :] += self.ridge * bent
        return float(loss + 0.5 * self.ridge * (bent @ bent)), slope

    def model(self, heights: NDArray[np.float64]) -> Additive:
        effects = np.zeros((self.listed, CODES, self.targets), np.float32)
        for (number, _), part in zip(self.used, self.effects(heights), strict=True):
            effects[number] = part
        return Additive(self.sample.targets, heights[: self.targets].copy(), effects)
