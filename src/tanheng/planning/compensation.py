"""Compensation between units in deficit and in surplus: a transportation problem."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.planning.problem import Values
from tanheng.planning.sifting import PlanError


def shared_surplus(supply: Values, demand: Values) -> Values:
    r"""What each unit emits less, or more, than its share of the supply would give it; sums to zero.

    .. math:: s_u = \frac{S_u}{S} D - D_u

    A rule to part what has been emitted anyway, not a flow of carbon.

    Raises
    ------
    InputError
        Supply is negative somewhere, or sums to zero.

    Examples
    --------
    >>> shared_surplus(np.array([3.0, 1.0]), np.array([2.0, 2.0])).tolist()
    [1.0, -1.0]
    """
    if (supply < 0).any() or supply.sum() <= 0:
        raise InputError(tr("shares of a supply need amounts from zero up that do not sum to zero"))
    return np.asarray(supply / supply.sum() * demand.sum() - demand)


def compensation_flows(surplus: Values, distance: Values) -> Values:
    """Amounts from units in surplus to units in deficit that meet as much of the deficit as there is surplus, over the least distance.

    Parameters
    ----------
    surplus : numpy.ndarray, shape (units,)
        Negative is a deficit.
    distance : numpy.ndarray, shape (units, units)
        Cost of a unit of amount from one unit to another.

    Returns
    -------
    numpy.ndarray, shape (units, units)
        Row gives, column receives.

    Raises
    ------
    InputError
        Values are missing, or shapes differ.
    PlanError
        The solver ends without an answer.

    Examples
    --------
    >>> far = np.array([[0.0, 1.0, 5.0], [1.0, 0.0, 2.0], [5.0, 2.0, 0.0]])
    >>> compensation_flows(np.array([3.0, -2.0, -4.0]), far).round(6).tolist()
    [[0.0, 2.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    n = len(surplus)
    if distance.shape != (n, n) or not (np.isfinite(surplus).all() and np.isfinite(distance).all()):
        raise InputError(tr("finite surpluses and a distance for each pair of {n} units were expected", n=n))
    gives, takes = np.flatnonzero(surplus > 0), np.flatnonzero(surplus < 0)
    flows = np.zeros((n, n))
    if not (len(gives) and len(takes)):
        return flows
    scale = float(np.abs(surplus).max())
    here, there = surplus[gives] / scale, -surplus[takes] / scale
    cost = distance[np.ix_(gives, takes)].ravel()
    out = sparse.kron(sparse.eye(len(gives)), np.ones((1, len(takes))))
    into = sparse.kron(np.ones((1, len(gives))), sparse.eye(len(takes)))
    enough = here.sum() >= there.sum()
    exact, most = (into, out) if enough else (out, into)
    solution = linprog(
        cost / max(float(cost.max()), 1e-300),
        A_ub=most.tocsr(),
        b_ub=(here if enough else there) * (1 + 1e-12),
        A_eq=exact.tocsr(),
        b_eq=there if enough else here,
        method="highs",
    )
    if solution.x is None:
        raise PlanError(
            tr("the solver ended without an answer ({message}); please report this", message=solution.message)
        )
    flows[np.ix_(gives, takes)] = np.maximum(solution.x, 0.0).reshape(len(gives), len(takes)) * scale
    return flows
