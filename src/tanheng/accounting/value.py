"""Value of a change of stored carbon."""

from __future__ import annotations


def net_present_value(
    change: float, years: int, price: float, discount_rate: float, rate_of_price_change: float
) -> float:
    r"""Net present value of a change of stored carbon that happens evenly over some years, in currency.

    .. math:: V \frac{\Delta C}{n} \sum_{t=0}^{n-1} \frac{1}{(1 + r)^t (1 + c)^t}

    Parameters
    ----------
    change : float
        Change of stored carbon over the whole period, t C.
    years : int
        Length of the period.
    price : float
        Currency per t C.
    discount_rate, rate_of_price_change : float
        Fractions a year: 0.07 for 7 %.

    References
    ----------
    InVEST user guide, Carbon Storage and Sequestration, valuation.

    Examples
    --------
    100 t C over two years at 10 a tonne, 25 % discount: 10 * 50 * (1 + 1/1.25) = 900.

    >>> net_present_value(100.0, 2, 10.0, 0.25, 0.0)
    900.0
    """
    step = (1.0 + discount_rate) * (1.0 + rate_of_price_change)
    return price * change / years * sum(step**-year for year in range(years))  # (currency/t C) * (t C) = currency
