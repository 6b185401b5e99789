"""The command ``tanheng simulate``: future land use, from a study or from maps alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanheng.cli.json_lines import JsonLines, Progress, ProgressForm, reporter_of
from tanheng.errors import InputError, StudyError
from tanheng.language import listed, tr
from tanheng.pipeline.reporter import Reporter

if TYPE_CHECKING:
    from tanheng.pipeline.simulation.maps import SimulationRequest
    from tanheng.pipeline.simulation.result import Simulation

_LISTED = ","


def simulate(
    context: typer.Context,
    maps: Annotated[
        list[str],
        typer.Argument(
            metavar="STUDY|MAP...", help=tr("A study file with [simulate], or land-cover maps, the oldest first.")
        ),
    ],
    years: Annotated[str | None, typer.Option("--years", metavar="Y,Y[,Y]", help=tr("Year of each map."))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="Y[,Y]", help=tr("Years to simulate."))] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help=tr("Folder for the results."))
    ] = None,
    legend: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=tr("Legend: a name or a CSV file; without one each code is a class.")),
    ] = None,
    drivers: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE,...",
            help=tr(
                "Potential drivers of change: rasters, or vector files from which distances are computed; any CRS."
            ),
        ),
    ] = None,
    demand: Annotated[
        str, typer.Option(metavar="TABLE", help=tr("markov, linear, or a CSV of areas or conversions by year."))
    ] = "markov",
    period: Annotated[
        str, typer.Option(metavar="last|all", help=tr("Period from which land demand is derived."))
    ] = "last",
    mode: Annotated[
        str,
        typer.Option(
            metavar="best|draw|patches", help=tr("The most likely map, draws by chance, or draws in patches.")
        ),
    ] = "draw",
    draws: Annotated[int | None, typer.Option(min=1, help=tr("Number of draws; 10 by default."))] = None,
    model: Annotated[
        str, typer.Option(metavar="logit|lightgbm", help=tr("What suitability is learned with."))
    ] = "logit",
    suitability: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS=FILE",
            help=tr("Raster with the probability of conversion to a class, used instead of a fitted model."),
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help=tr("Seed of the draws."))] = 1,
    zones: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=tr("Polygons; land demand is derived and met separately in each.")),
    ] = None,
    protected: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help=tr("Polygons or a raster of land that stays as it is."))
    ] = None,
    forbid: Annotated[
        list[str] | None, typer.Option(metavar="FROM:TO", help=tr("A forbidden conversion; * is any class."))
    ] = None,
    quota: Annotated[
        list[str] | None, typer.Option(metavar="FROM:TO=KM2", help=tr("Maximum area of a conversion in one step."))
    ] = None,
    scenarios: Annotated[
        str | None,
        typer.Option(metavar="NAME|TABLE", help=tr("'builtin' for three named scenarios, or a CSV of your own.")),
    ] = None,
    densities: Annotated[
        str | None,
        typer.Option(metavar="TABLE", help=tr("Carbon densities: then the carbon of each year is reported.")),
    ] = None,
    step_years: Annotated[
        float | None, typer.Option(min=0.1, help=tr("Longest step; the observed period by default."))
    ] = None,
    write_draws: Annotated[bool, typer.Option("--write-draws", help=tr("Write the map of every draw."))] = False,
    fallback: Annotated[
        bool,
        typer.Option("--fallback", help=tr("Place conversions at random if too few cells changed to fit a model.")),
    ] = False,
    score_on_training: Annotated[
        bool,
        typer.Option(
            "--score-on-training", help=tr("Score on the change that the model was learned from (in sample).")
        ),
    ] = False,
    demand_uncertainty: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0,
            help=tr(
                "Uncertainty of conversion rates one period ahead (0.3: up to a factor of 1.3). Default: estimated from three or more maps."
            ),
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help=tr("Threads; all cores by default."))] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help=tr("Compute conversion probabilities on a dask cluster: tcp://HOST:PORT, or local:N."),
        ),
    ] = None,
    progress: Progress = ProgressForm.TERMINAL,
) -> None:
    """Simulate future land use: land demand, fitted suitability, exact allocation, and validation on held-out change."""
    from tanheng.cli.speech import in_language_of
    from tanheng.land.pools import pool_of
    from tanheng.pipeline.simulation.maps import simulate_maps

    quiet: bool = context.obj.quiet
    if len(maps) == 1 and maps[0].lower().endswith(".toml"):
        from tanheng.pipeline.simulation.study import simulate_study

        _refuse_beside_a_study(context)
        study = Path(maps[0])
        with in_language_of(study, context.obj.language) as spoken, reporter_of(progress, quiet=quiet) as reporter:
            with pool_of(workers, cluster, reporter.warn) as pool:
                simulation = simulate_study(study, reporter, output=output, work=pool, language=spoken)
            _show(simulation, reporter, quiet=quiet)
        return
    settings = _settings(locals())
    request = _request(maps, years, to, output, legend, drivers, zones, densities, settings)
    assert output is not None  # noqa: S101  _request refuses a missing one
    with reporter_of(progress, quiet=quiet) as reporter, pool_of(workers, cluster, reporter.warn) as pool:
        simulation = simulate_maps(request, output, reporter, pool)
    _show(simulation, reporter, quiet=quiet)


def _refuse_beside_a_study(context: typer.Context) -> None:
    """Refuse options that a study says itself: they would be passed over."""
    allowed = {"maps", "output", "workers", "cluster", "progress"}
    given = [
        f"--{name.replace('_', '-')}"
        for name in context.params
        if name not in allowed
        and (source := context.get_parameter_source(name)) is not None
        and source.name == "COMMANDLINE"
    ]
    if given:
        raise InputError(
            tr(
                "{options}: a study says this itself, in [simulate]; beside it only -o, --workers and --cluster count",
                options=listed(given),
            )
        )


def _show(simulation: Simulation, reporter: Reporter, *, quiet: bool) -> None:
    if isinstance(reporter, JsonLines):
        reporter.done(simulation.folder)
    elif not quiet:
        from tanheng.cli.show import print_simulation

        print_simulation(simulation)


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """Options as the table [simulate] of a study has them."""
    settings: dict[str, Any] = {
        name: given[name]
        for name in (
            "demand",
            "period",
            "mode",
            "model",
            "seed",
            "step_years",
            "write_draws",
            "fallback",
            "score_on_training",
        )
    }
    settings |= {name: given[name] for name in ("draws", "demand_uncertainty") if given[name] is not None}
    chosen = given["scenarios"]
    settings["scenarios"] = False if chosen is None else (True if chosen == "builtin" else chosen)
    settings["protected"] = [{"file": name} for name in given["protected"] or ()]
    settings["forbidden"] = [_pair(text, "--forbid") for text in given["forbid"] or ()]
    settings["quotas"] = [_quota(text) for text in given["quota"] or ()]
    settings["suitability"] = dict(_assigned(text, "--suitability") for text in given["suitability"] or ())
    return settings


def _pair(text: str, option: str) -> tuple[str, str]:
    one, colon, other = text.partition(":")
    if not (one and colon and other):
        raise InputError(tr("{option} '{text}': write FROM:TO, the names of two classes", option=option, text=text))
    return one, other


def _assigned(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise InputError(tr("{option} '{text}': write NAME=VALUE", option=option, text=text))
    return name, value


def _quota(text: str) -> dict[str, object]:
    conversion, value = _assigned(text, "--quota")
    one, other = _pair(conversion, "--quota")
    try:
        return {"from": one, "to": other, "km2": float(value)}
    except ValueError:
        raise InputError(
            tr("--quota '{text}': '{value}' is not a number; write an area in km2", text=text, value=value)
        ) from None


def _request(
    maps: list[str],
    years: str | None,
    to: str | None,
    output: Path | None,
    legend: str | None,
    drivers: list[str] | None,
    zones: Path | None,
    densities: str | None,
    settings: dict[str, Any],
) -> SimulationRequest:
    from tanheng.pipeline.simulation.maps import SimulationRequest
    from tanheng.study.options import simulate_settings

    problems = []
    if output is None:
        problems.append(tr("-o is missing: name the folder for the results"))
    if to is None:
        problems.append(tr("--to is missing: name the years to simulate, as in --to 2030,2040"))
    if years is None:
        problems.append(tr("--years is missing: name the year of each map, as in --years 2000,2010,2020"))
    known = _years(years, "--years", problems)
    ahead = _years(to, "--to", problems)
    if problems:
        raise StudyError(problems)
    made = simulate_settings(ahead, settings)
    files = tuple(name for text in drivers or () for name in text.split(_LISTED) if name)
    return SimulationRequest(tuple(maps), known, made, legend, files, zones, densities)


def _years(text: str | None, option: str, problems: list[str]) -> tuple[int, ...]:
    years_of_maps = []
    for part in (text or "").split(_LISTED):
        if not part.strip():
            continue
        if not part.strip().isdigit():
            problems.append(
                tr("{option}: '{part}' is not a year; write whole years separated by commas", option=option, part=part)
            )
            return ()
        years_of_maps.append(int(part))
    return tuple(years_of_maps)
