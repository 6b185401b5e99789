"""What jobs there are: each process with its inputs, and the command of tanheng that does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from tanheng.errors import InputError, StudyError
from tanheng.language import listed, mark, tr
from tanheng.plain_files import is_folder
from tanheng.study import load_study
from tanheng.study.faults import fault_messages
from tanheng.study.parts import Name, Names, Part, Truth, Year
from tanheng.web.home import Home
from tanheng.web.jobs.job import Job

#: Letters of an input.
_LONGEST = 500


@dataclass(frozen=True)
class Order:
    """A command of tanheng with what it is of.

    Attributes
    ----------
    command : sequence of str
    title : str or mapping of str to str
        For people; texts by language where a study has them.
    study, results : str
        From the folder of the app; empty where there is none.
    """

    command: Sequence[str]
    title: str | Mapping[str, str]
    study: str = ""
    results: str = ""


class Inputs(BaseModel):
    """Inputs of a process: frozen and strict as a part of a study file is, and none itself."""

    model_config = {**Part.model_config, "str_max_length": _LONGEST}


class StudyRun(Inputs):
    """Inputs of a run."""

    study: Name
    resume: Truth = False


class StudyPlan(Inputs):
    """Inputs of a plan."""

    study: Name
    rerun: Truth = False


class StudySimulation(Inputs):
    """Inputs of a simulation."""

    study: Name


class StockOfMaps(Inputs):
    """Inputs of a stock."""

    maps: Names
    densities: Name
    years: tuple[Year, ...] = ()
    legend: Name | None = None
    region: Name | None = None
    resolution: Annotated[float, Field(ge=0.001, le=1e6)] = 1000.0
    output: Name | None = None


class TableCorrelation(Inputs):
    """Inputs of a correlation."""

    table: Name
    columns: Annotated[tuple[Name, ...], Field(min_length=2)]
    at: tuple[Name, Name] | None = None
    output: Name | None = None


class TableMoran(Inputs):
    """Inputs of spatial autocorrelation."""

    table: Name
    column: Name
    of_neighbours: Name | None = None
    at: tuple[Name, Name] | None = None
    permutations: Annotated[int, Field(ge=99, le=999_999)] = 9999
    seed: Annotated[int, Field(ge=0)] = 1
    output: Name | None = None


class TableDetector(Inputs):
    """Inputs of a geographical detector."""

    table: Name
    column: Name
    drivers: Names
    categories: tuple[Name, ...] = ()
    permutations: Annotated[int, Field(ge=0, le=999_999)] = 999
    seed: Annotated[int, Field(ge=0)] = 1
    output: Name | None = None


class TwoRuns(Inputs):
    """Inputs of a comparison."""

    first: Name
    second: Name
    output: Name | None = None


class RunReport(Inputs):
    """Inputs of a report in another language."""

    results: Name


#: What the inputs of processes mean.
MEANINGS: Mapping[str, str] = {
    "results": mark("Folder of results."),
    "study": mark("Study file, from the folder of the app."),
    "resume": mark("Resume a stopped run from what it had finished."),
    "rerun": mark("Run the study again even if its results are up to date."),
    "maps": mark("Land-cover maps, the oldest first, from the folder of the app."),
    "densities": mark("Carbon densities: a name or a CSV file."),
    "years": mark("Year of each map, in the same order."),
    "legend": mark("Legend: a name or a CSV file."),
    "region": mark("Boundary: any vector file."),
    "resolution": mark("Side of a cell, m."),
    "output": mark("Folder for the results, from the folder of the app; a new one where absent."),
    "table": mark("CSV file, or a vector file with polygons."),
    "columns": mark("Columns; all pairs are reported."),
    "at": mark("Columns with coordinates in one length unit; those called longitude and latitude are in degrees."),
    "column": mark("Column to analyse."),
    "of_neighbours": mark("Column of the neighbours, for the bivariate form."),
    "permutations": mark("Random layouts."),
    "seed": mark("Seed of random draws."),
    "drivers": mark("Drivers; numbers are cut into classes."),
    "categories": mark("Drivers whose numbers are classes already."),
    "first": mark("Folder of results."),
    "second": mark("Folder of results to put beside it."),
}


@dataclass(frozen=True)
class Offer:
    """A process: its inputs, and the command that does it.

    Attributes
    ----------
    name : str
    title, meaning : str
        Templates for `tanheng.language.tr`.
    inputs : type
    order : callable
        From checked inputs to a command.
    """

    name: str
    title: str
    meaning: str
    inputs: type[Inputs]
    order: Callable[[Home, Any], Order]

    def ordered(self, home: Home, given: Mapping[str, Any]) -> Order:
        """Command for the inputs that are given.

        Raises
        ------
        StudyError
            All inputs that are wrong.
        InputError
            A file lies outside the folders of the app.
        """
        try:
            values = self.inputs.model_validate(dict(given))
        except ValidationError as error:
            raise StudyError(fault_messages(error.errors(), "inputs", dict(given), self.inputs)) from None
        return self.order(home, values)

    def submitted(self, home: Home, given: object) -> Job:
        """Job for the inputs that are given, put into the queue.

        Raises
        ------
        StudyError
            All inputs that are wrong.
        InputError
            They are no JSON object, or a file lies outside the folders of the app.
        """
        if not isinstance(given, dict):
            raise InputError(tr("The request is not a JSON object."))
        order = self.ordered(home, given)
        return home.runner.submit(self.name, order.command, order.title, order.study, order.results)


_JSON = ("--progress", "json")


def _given(home: Home, name: str) -> str:
    """A file or folder as a command takes it, which works in the folder of the app: what it says of it names no folder of the server.

    Raises
    ------
    InputError
        It lies outside.
    """
    return f"./{home.name(home.place(name))}"


def _run(home: Home, inputs: StudyRun) -> Order:
    command = ["run", _given(home, inputs.study), *_JSON, *(["--resume"] if inputs.resume else [])]
    return _of_study(home, inputs.study, command)


def _plan(home: Home, inputs: StudyPlan) -> Order:
    command = ["plan", _given(home, inputs.study), *_JSON, *(["--rerun"] if inputs.rerun else [])]
    return _of_study(home, inputs.study, command)


def _simulate(home: Home, inputs: StudySimulation) -> Order:
    return _of_study(home, inputs.study, ["simulate", _given(home, inputs.study), *_JSON])


def _of_study(home: Home, name: str, command: list[str]) -> Order:
    """Order for a study, which is read to know where its results go."""
    path = home.place(name)
    study = load_study(path)
    folder = (path.parent / study.outputs.folder).resolve()
    results = home.name(folder) if home.is_inside(folder) else ""
    return Order(command, study.title, name, results)


def _stock(home: Home, inputs: StockOfMaps) -> Order:
    folder = _new_folder(home, inputs.output, "stock")
    command = [
        "stock",
        *(_given(home, name) for name in inputs.maps),
        f"--densities={_file_or_name(home, inputs.densities)}",
        f"--resolution={inputs.resolution!r}",
        *(f"--year={year}" for year in inputs.years),
        *([f"--legend={_file_or_name(home, inputs.legend)}"] if inputs.legend else []),
        *([f"--region={_given(home, inputs.region)}"] if inputs.region else []),
        f"--output={folder}",
    ]
    return Order(command, tr("Carbon stocks of {names}", names=listed(inputs.maps)), "", home.name(folder))


def _file_or_name(home: Home, given: str) -> str:
    """A built-in table by its name, else a file of the app."""
    return _given(home, given) if home.place(given).exists() else given


def _correlate(home: Home, inputs: TableCorrelation) -> Order:
    folder = _new_folder(home, inputs.output, "correlate")
    command = ["correlate", _given(home, inputs.table), f"--x={','.join(inputs.columns)}", *_at(inputs.at)]
    return Order(
        [*command, f"--output={folder}"], tr("Correlation in {table}", table=inputs.table), "", home.name(folder)
    )


def _moran(home: Home, inputs: TableMoran) -> Order:
    folder = _new_folder(home, inputs.output, "moran")
    command = [
        "moran",
        _given(home, inputs.table),
        f"--x={inputs.column}",
        *([f"--y={inputs.of_neighbours}"] if inputs.of_neighbours else []),
        *_at(inputs.at),
        f"--permutations={inputs.permutations}",
        f"--seed={inputs.seed}",
        f"--output={folder}",
    ]
    return Order(command, tr("Spatial autocorrelation of {column}", column=inputs.column), "", home.name(folder))


def _geodetector(home: Home, inputs: TableDetector) -> Order:
    folder = _new_folder(home, inputs.output, "geodetector")
    command = [
        "geodetector",
        _given(home, inputs.table),
        f"--y={inputs.column}",
        f"--x={','.join(inputs.drivers)}",
        *([f"--categories={','.join(inputs.categories)}"] if inputs.categories else []),
        f"--permutations={inputs.permutations}",
        f"--seed={inputs.seed}",
        f"--output={folder}",
    ]
    return Order(command, tr("Geographical detector of {column}", column=inputs.column), "", home.name(folder))


def _compare(home: Home, inputs: TwoRuns) -> Order:
    if home.place(inputs.first) == home.place(inputs.second):
        raise InputError(tr("'{first}' is named twice; choose two runs", first=inputs.first))
    folder = _new_folder(home, inputs.output, "compare")
    command = ["compare", _given(home, inputs.first), _given(home, inputs.second), f"--output={folder}"]
    title = tr("{first} and {second}", first=inputs.first, second=inputs.second)
    return Order(command, title, "", home.name(folder))


def _report(home: Home, inputs: RunReport) -> Order:
    return Order(
        ["report", _given(home, inputs.results)], tr("Report of {folder}", folder=inputs.results), "", inputs.results
    )


def _at(columns: tuple[str, str] | None) -> list[str]:
    return [f"--at={','.join(columns)}"] if columns else []


def _new_folder(home: Home, name: str | None, process: str) -> Path:
    """Folder for results: the one that is asked for, else a new one by the time."""
    if name is not None:
        return home.place(name)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    folder, number = home.place(f"{process}-{stamp}"), 1
    while is_folder(folder):
        number += 1
        folder = home.place(f"{process}-{stamp}-{number}")
    return folder


#: Processes by their names.
OFFERS: Mapping[str, Offer] = {
    offer.name: offer
    for offer in (
        Offer(
            "run",
            mark("Run a study"),
            mark(
                "Carbon stocks, emissions, demand, balance and what goes with them: maps, tables, grids and a report."
            ),
            StudyRun,
            _run,
        ),
        Offer(
            "plan",
            mark("Plan land use"),
            mark("The best arrangement of land use under the limits of a study, with a proof."),
            StudyPlan,
            _plan,
        ),
        Offer(
            "simulate",
            mark("Simulate future land use"),
            mark("Future land use as a study asks, with scores on a change that was held out."),
            StudySimulation,
            _simulate,
        ),
        Offer(
            "stock",
            mark("Carbon stocks of maps"),
            mark("Carbon stocks and transitions directly from maps and a density table."),
            StockOfMaps,
            _stock,
        ),
        Offer(
            "correlate",
            mark("Correlation"),
            mark("Correlation of the columns of a table, with a test that accounts for spatial autocorrelation."),
            TableCorrelation,
            _correlate,
        ),
        Offer(
            "moran",
            mark("Spatial autocorrelation"),
            mark("Moran's I, Geary's C, clusters and hot spots of a table of points or polygons."),
            TableMoran,
            _moran,
        ),
        Offer(
            "geodetector",
            mark("Geographical detector"),
            mark("How much of a column's variance lies between the strata of drivers."),
            TableDetector,
            _geodetector,
        ),
        Offer(
            "compare",
            mark("Compare two runs"),
            mark("What differs between two runs in settings, inputs and results, with maps of the difference."),
            TwoRuns,
            _compare,
        ),
        Offer(
            "report",
            mark("Report in another language"),
            mark("The report of a finished run in the language that is asked for, beside the one there is."),
            RunReport,
            _report,
        ),
    )
}
