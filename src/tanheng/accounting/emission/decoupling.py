r"""Whether emissions grow with the economy: the elasticity of Tapio, and its eight states.

References
----------
Tapio, P. (2005). Towards a theory of decoupling: degrees of decoupling in the EU and the case of road traffic in Finland between 1970 and 2001.
Transport Policy 12, 137-151.
"""

from __future__ import annotations

import math

#: Elasticities within which emissions are coupled to the economy: one, plus and minus a fifth.
COUPLED = (0.8, 1.2)

#: What an elasticity of just 0.8 or 1.2 may be off by rounding.
_ROUNDING = 1e-9


def elasticity(emissions: tuple[float, float], output: tuple[float, float]) -> float:
    r"""Elasticity of emissions to output, :math:`e = (\Delta E / E_0) / (\Delta G / G_0)`; NaN where output does not change, or either was zero.

    Examples
    --------
    Emissions grow by 12.3 %, output by 89.9 %.

    >>> round(elasticity((12788.0, 14362.5), (5.2809979773607, 10.027048625005001)), 4)
    0.137
    """
    if min(emissions[0], output[0]) <= 0 or output[1] == output[0]:
        return math.nan
    return (emissions[1] / emissions[0] - 1.0) / (output[1] / output[0] - 1.0)


def decoupling_state(emissions: tuple[float, float], output: tuple[float, float]) -> str:
    """State of decoupling; empty where the elasticity is not defined. Elasticities of just 0.8 and 1.2 are coupled.

    Examples
    --------
    >>> decoupling_state((100.0, 90.0), (100.0, 150.0)), decoupling_state((100.0, 110.0), (100.0, 150.0))
    ('strong decoupling', 'weak decoupling')
    >>> decoupling_state((100.0, 140.0), (100.0, 150.0))
    'expansive coupling'
    >>> decoupling_state((100.0, 110.0), (100.0, 90.0)), decoupling_state((100.0, 80.0), (100.0, 90.0))
    ('strong negative decoupling', 'recessive decoupling')
    """
    value = elasticity(emissions, output)
    if math.isnan(value):
        return ""
    growing = output[1] > output[0]
    if value < 0:
        return "strong decoupling" if growing else "strong negative decoupling"
    low, high = COUPLED[0] - _ROUNDING, COUPLED[1] + _ROUNDING
    if value < low:
        return "weak decoupling" if growing else "weak negative decoupling"
    if value <= high:
        return "expansive coupling" if growing else "recessive coupling"
    return "expansive negative decoupling" if growing else "recessive decoupling"
