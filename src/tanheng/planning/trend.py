"""Areas that go on as they went: a Markov chain of the transitions between two years."""

from __future__ import annotations

import math

import numpy as np

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.planning.problem import Values


def transition_probability(transitions: Values) -> Values:
    """Probability of each transition, shape (from class, to class); a class without land stays what it is.

    Examples
    --------
    >>> transition_probability(np.array([[90.0, 10.0], [0.0, 0.0]])).tolist()
    [[0.9, 0.1], [0.0, 1.0]]
    """
    if transitions.ndim != 2 or transitions.shape[0] != transitions.shape[1] or (transitions < 0).any():
        raise InputError(tr("a square table of areas that are not negative was expected"))
    sums = transitions.sum(axis=1, keepdims=True)
    return np.where(sums > 0, transitions / np.where(sums > 0, sums, 1.0), np.eye(len(transitions)))


def markov_areas(today: Values, transitions: Values, years: float, horizon: float) -> Values:
    r"""Area of each class after a horizon, if transitions go on with the probabilities of the past.

    .. math:: a_{t+h} = a_t P^{h / T}

    Parts of a period are filled in linearly between whole ones, which keeps P a table of probabilities; its roots may not be.
    A trend is no forecast: it knows nothing of policies, limits or the land itself.

    Parameters
    ----------
    today : numpy.ndarray, shape (classes,)
    transitions : numpy.ndarray, shape (from class, to class)
        Areas that went from class to class in `years`.
    years, horizon : float

    Raises
    ------
    InputError
        Years or horizon are not positive, or a table has negative areas.

    Examples
    --------
    A tenth of the cropland goes in ten years; after twenty 81 of 100 ha are left.

    >>> markov_areas(np.array([100.0, 0.0]), np.array([[90.0, 10.0], [0.0, 0.0]]), 10, 20).round(6).tolist()
    [81.0, 19.0]
    """
    if years <= 0 or horizon <= 0:
        raise InputError(
            tr("years and horizon must be positive, got {years:g} and {horizon:g}", years=years, horizon=horizon)
        )
    p = transition_probability(transitions)
    whole = math.floor(horizon / years)
    rest = horizon / years - whole
    power = np.linalg.matrix_power(p, whole)
    return np.asarray(today @ ((1.0 - rest) * power + rest * power @ p))
