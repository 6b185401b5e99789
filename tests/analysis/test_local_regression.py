"""Geographically weighted regression against the published example of Georgia, and planted truths."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal import examples

from tanheng.analysis.regression.geographic import chance_of_local, global_regression, local_regression
from tanheng.errors import InputError


def georgia() -> pd.DataFrame:
    return pd.read_csv(examples.get_path("GData_utm.csv"))


def test_the_example_of_georgia_is_reproduced() -> None:
    """Oshan et al. 2019: education on foreign born, African American and rural shares, standardised; bandwidth 117, AICc 299.05, R2 0.678."""
    data = georgia()
    y, x = data["PctBach"].to_numpy(float), data[["PctFB", "PctBlack", "PctRural"]].to_numpy(float)
    y, x = (y - y.mean()) / y.std(), (x - x.mean(axis=0)) / x.std(axis=0)
    found = local_regression(y, x, data[["X", "Y"]].to_numpy(float), 117)
    assert found.aicc == pytest.approx(299.0508086830288, rel=1e-9)
    assert found.r2 == pytest.approx(0.678074, abs=1e-6)
    assert found.effective_parameters == pytest.approx(11.804770, abs=1e-6)
    means = found.coefficients.mean(axis=0)
    assert means.round(4).tolist() == [-0.0045, 0.4774, -0.0431, -0.3275]
    # An exhaustive search finds 116, one place less than the golden section of the paper, with a slightly smaller criterion.
    assert local_regression(y, x, data[["X", "Y"]].to_numpy(float)).neighbours == 116


def test_the_raw_example_of_georgia_has_its_bandwidth() -> None:
    """Documentation of mgwr: adaptive bisquare, AICc, bandwidth 93."""
    data = georgia()
    y, x = data["PctBach"].to_numpy(float), data[["PctRural", "PctPov", "PctBlack"]].to_numpy(float)
    assert local_regression(y, x, data[["X", "Y"]].to_numpy(float)).neighbours == 93
    found = local_regression(y, x, data[["X", "Y"]].to_numpy(float), 90)
    assert found.r2 == pytest.approx(0.5924, abs=1e-4)


def test_slopes_that_are_the_same_everywhere_are_found_as_often_as_the_test_says() -> None:
    """The search for a bandwidth lowers the criterion by itself; the test counts the search, so its chances are spread evenly."""
    rng, chances, lower = np.random.default_rng(2), [], 0
    for _ in range(40):
        places, x = rng.uniform(0, 100, (60, 2)), rng.standard_normal((60, 1))
        y = 2.0 * x[:, 0] + rng.standard_normal(60)
        chances.append(chance_of_local(y, x, places, rng, 39))
        lower += local_regression(y, x, places).aicc < global_regression(y, x)[1]
    assert lower > 4
    assert np.mean(chances) == pytest.approx(0.5, abs=0.15)
    assert np.mean(np.array(chances) <= 0.05) <= 0.125


def test_a_slope_that_grows_eastward_is_found() -> None:
    rng = np.random.default_rng(4)
    places, x = rng.uniform(0, 100, (120, 2)), rng.standard_normal((120, 1))
    y = (places[:, 0] / 25.0) * x[:, 0] + rng.standard_normal(120)
    found = local_regression(y, x, places)
    assert np.corrcoef(found.coefficients[:, 1], places[:, 0])[0, 1] > 0.9
    assert chance_of_local(y, x, places, np.random.default_rng(3), 99) == 0.01


def test_too_few_places_and_equal_variables_are_refused() -> None:
    with pytest.raises(InputError, match="needs 10 places or more for 1 variables, got 6"):
        local_regression(np.arange(6.0), np.arange(6.0)[:, None], np.random.default_rng(1).uniform(0, 1, (6, 2)))
    with pytest.raises(InputError, match="the same everywhere"):
        local_regression(np.arange(30.0), np.ones((30, 1)), np.random.default_rng(1).uniform(0, 1, (30, 2)))
