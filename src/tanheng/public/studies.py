"""A study from its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tanheng.errors import InputError
from tanheng.language import listed, tr
from tanheng.pipeline.results import Results
from tanheng.pipeline.run import run_study


def run(study: str | Path, *, output: str | Path | None = None, language: str | None = None) -> Results:
    """Run a study and write its results.

    Parameters
    ----------
    study : path
        Study file (TOML).
    output : path, optional
        Folder for the results, in place of the study's own.
    language : {"en", "zh"}, optional
        Of the results; the study's own by default.

    Returns
    -------
    Results
        ``dataset`` (xarray), ``tables`` (pandas by name), ``report`` (path of the page) and ``warnings``; shown in a notebook with its main figures.

    Raises
    ------
    StudyError
        All problems of the study and its inputs at once.

    Examples
    --------
    >>> import tanheng
    >>> results = tanheng.run("study.toml")                     # doctest: +SKIP
    >>> results.dataset["balance"].sel(year=2015)               # doctest: +SKIP
    """
    return run_study(Path(study), output=None if output is None else Path(output), language=language)


def refuse_beside_a_study(given: Mapping[str, object], section: str) -> None:
    """Refuse arguments that a study says itself: they would be passed over.

    Parameters
    ----------
    given : mapping of str to object
        Arguments by name; none and empty ones were not given.
    section : str
        Section of the study that says them.

    Raises
    ------
    InputError
        Some are given.
    """
    names = [
        name
        for name, value in given.items()
        if value is not None and not (hasattr(value, "__len__") and len(value) == 0)
    ]
    if names:
        raise InputError(
            tr(
                "{names}: a study says this itself, in [{section}]; leave it out",
                names=listed(names),
                section=section,
            )
        )
