"""Commands of ``tanheng``, and how errors end them."""

from __future__ import annotations

import inspect
import os
import signal
import sys
import warnings
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tanheng import __version__
from tanheng.cli import simulate, statistics
from tanheng.cli.json_lines import JsonLines, Progress, ProgressForm, reporter_of, tell_end
from tanheng.cli.speech import in_language_of
from tanheng.cli.usage import Command, Group, UsageError, usage_words
from tanheng.errors import InputError, StudyError, TanhengError, shortened
from tanheng.language import LANGUAGES, language, mark, tr
from tanheng.limits import limit

#: Exit codes: done, bad input or usage, stopped by the user; a bug has 1, Python's own.
DONE, BAD_INPUT, STOPPED = 0, 2, 130

app = typer.Typer(
    name="tanheng",
    cls=Group,
    help=tr("碳衡 tanheng: carbon supply, demand and balance of a region, from land-use maps and energy statistics."),
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tanheng {__version__}")
        raise typer.Exit


@dataclass(frozen=True)
class _Options:
    """What stands before the command."""

    language: str | None
    quiet: bool


#: Languages that tanheng speaks.
Language = StrEnum("Language", {code.upper(): code for code in LANGUAGES})  # type: ignore[misc]


@app.callback()
def _options(
    context: typer.Context,
    lang: Annotated[
        Language | None,
        typer.Option(
            "--lang", help=tr("Language (en or zh). Default: that of the study, otherwise that of the system.")
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=tr("Print only errors."))] = False,
    version: Annotated[  # noqa: ARG001  its callback prints it
        bool, typer.Option("--version", callback=_version, is_eager=True, help=tr("Show the version and exit."))
    ] = False,
) -> None:
    """Options before a command."""
    context.obj = _Options(lang, quiet)


Workers = Annotated[
    int | None, typer.Option(min=1, help=tr("Number of threads for reading land maps; default: all cores."))
]
ClusterAddress = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help=tr("Process land maps and years on a dask cluster: tcp://HOST:PORT, or local:N for N processes."),
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help=tr("Resume a stopped run from what it had finished."))]
StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help=tr("Study file (TOML)."))]


@app.command()
def run(
    context: typer.Context,
    study: StudyFile,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help=tr("Folder for the results, in place of the study's own.")),
    ] = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    resume: Resume = False,
    progress: Progress = ProgressForm.TERMINAL,
) -> None:
    """Run a study: maps, tables, grids and a report in a folder of results."""
    from tanheng.cli.show import print_totals
    from tanheng.memory import share_one_heap
    from tanheng.pipeline.run import run_study

    share_one_heap()
    options: _Options = context.obj
    with in_language_of(study, options.language) as spoken:
        with reporter_of(progress, quiet=options.quiet) as reporter:
            results = run_study(
                study, reporter, output=output, workers=workers, cluster=cluster, resume=resume, language=spoken
            )
        if isinstance(reporter, JsonLines):
            reporter.done(results.folder)
        elif not options.quiet:
            print_totals(results)


@app.command()
def plan(
    context: typer.Context,
    study: StudyFile,
    rerun: Annotated[
        bool, typer.Option("--rerun", help=tr("Run the study again even if its results are up to date."))
    ] = False,
    progress: Progress = ProgressForm.TERMINAL,
) -> None:
    """Optimise land use under the settings of [plan] in the study, with a proof of optimality."""
    from tanheng.cli.show import print_plan
    from tanheng.pipeline.plan import plan_study

    options: _Options = context.obj
    with in_language_of(study, options.language) as spoken:
        with reporter_of(progress, quiet=options.quiet) as reporter:
            planned = plan_study(study, reporter, rerun=rerun, language=spoken)
        if isinstance(reporter, JsonLines):
            reporter.done(planned.folder)
        elif not options.quiet:
            print_plan(planned)


@app.command()
def stock(
    context: typer.Context,
    maps: Annotated[
        list[str], typer.Argument(metavar="MAP...", help=tr("Land-cover maps: files, folders of tiles, /vsi names."))
    ],
    densities: Annotated[
        str, typer.Option("--densities", metavar="TABLE", help=tr("Carbon densities: a name or a CSV file."))
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help=tr("Folder for the results."))],
    year: Annotated[list[int] | None, typer.Option("--year", help=tr("Year of each map, in the same order."))] = None,
    legend: Annotated[
        str | None, typer.Option("--legend", metavar="NAME", help=tr("Legend: a name or a CSV file."))
    ] = None,
    region: Annotated[
        Path | None, typer.Option("--region", metavar="FILE", help=tr("Boundary: any vector file."))
    ] = None,
    resolution: Annotated[float, typer.Option(min=1e-3, help=tr("Side of a cell, m."))] = 1000.0,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    resume: Resume = False,
) -> None:
    """Calculate carbon stocks directly from maps and a density table, without a study file."""
    from tanheng.cli.totals import BlockLine, print_stock
    from tanheng.land.pools import pool_of
    from tanheng.pipeline.stock import StockRequest, stock_of_maps

    request = StockRequest(tuple(maps), densities, tuple(year or ()), legend, region, resolution)
    with BlockLine(quiet=context.obj.quiet) as line, pool_of(workers, cluster, line.warn) as pool:
        totals = stock_of_maps(request, output, pool=pool, resume=resume, progress=line.blocks)
    if not context.obj.quiet:
        print_stock(totals, output)


@app.command()
def check(context: typer.Context, study: StudyFile) -> None:
    """Find every problem of a study and its inputs, without running it."""
    from tanheng.cli.show import print_checked
    from tanheng.io.rasters import files_open
    from tanheng.pipeline.check import check_file

    options: _Options = context.obj
    with in_language_of(study, options.language), files_open():
        print_checked(check_file(study))


@app.command("open")
def open_(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=tr("Folder of results."))],
) -> None:
    """Open the report of a folder of results in the browser."""
    from tanheng.cli.view import open_report

    typer.echo(open_report(results))


@app.command()
def report(
    context: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=tr("Folder of results."))],
) -> None:
    """Write the report of finished results in another language (--lang), beside the one there is."""
    from tanheng.pipeline.output.other_language import write_report_in

    options: _Options = context.obj
    typer.echo(write_report_in(results, options.language or language()))


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help=tr("Folder of results."))],
    second: Annotated[Path, typer.Argument(metavar="B", help=tr("Folder of results to put beside it."))],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help=tr("Write a page and tables into a folder."))
    ] = None,
) -> None:
    """Put two runs side by side: what differs in settings, inputs and results."""
    from tanheng.cli.compare import print_compared
    from tanheng.pipeline.comparison.runs import compare_runs

    print_compared(compare_runs(first, second), output)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=tr("Folder to write study.toml into."))],
) -> None:
    """Write a commented study file to fill in."""
    from tanheng.pipeline.new_study import write_new_study

    path = write_new_study(folder)
    typer.echo(
        tr(
            "wrote {path} and {densities}; fill them in, then: tanheng check {path}",
            path=path,
            densities=path.with_name("carbon_densities.csv"),
        )
    )


@app.command()
def serve(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help=tr("Folder of the studies; this one by default."))
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=tr("Port; the first free one from 8765 on by default."))
    ] = None,
    host: Annotated[
        str, typer.Option(help=tr("Address to listen on; any but this machine's own needs --multi."))
    ] = "127.0.0.1",
    allow: Annotated[
        list[Path] | None, typer.Option("--allow", metavar="FOLDER", help=tr("A further folder that studies may read."))
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help=tr("Do not open the browser."))] = False,
    multi: Annotated[
        Path | None,
        typer.Option(metavar="USERS", help=tr("Serve several people, listed in this file; see 'tanheng user'.")),
    ] = None,
) -> None:
    """Open tanheng in the browser: drop files to set up studies, run them, and explore the results."""
    from tanheng.web.serve import serve, serve_users

    if multi is None:
        serve(folder or Path(), port=port, host=host, allowed=tuple(allow or ()), browser=not no_browser)
        return
    if folder is not None or allow:
        raise InputError(
            tr(
                "--multi: FOLDER and --allow are for a single user; set 'folders' and 'read' in {path} instead",
                path=multi,
            )
        )
    serve_users(multi, port=port, host=host)


@app.command()
def user(
    users: Annotated[Path, typer.Argument(metavar="USERS", help=tr("File of users; created if absent."))],
    name: Annotated[str, typer.Argument(help=tr("Name of the user."))],
) -> None:
    """Give a user of `tanheng serve --multi` a new token; a user not yet in the file is added."""
    from tanheng.web.doors.new_user import give_token

    typer.echo(give_token(users, name))
    typer.echo(
        tr("This is the token of {name}. Only its hash is stored, in {path}: pass it on now.", name=name, path=users),
        err=True,
    )


@app.command()
def legends(name: Annotated[str | None, typer.Argument(help=tr("Show the codes of one legend."))] = None) -> None:
    """List the legends that are built in, with their sources."""
    from tanheng.cli.tables import print_table, print_tables

    if name is None:
        print_tables("legends")
    else:
        print_table("legends", name)


@app.command()
def factors(
    name: Annotated[str | None, typer.Argument(help=tr("Show the rows of one table."))] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            "--compare",
            metavar="FILE",
            help=tr(
                "Calculate the emissions of this activity table or energy balance with every factor set; with 'densities', "
                "the carbon stock of the land of this study with every density table."
            ),
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SET", help=tr("Sets to compare: names or files; all built-in ones if absent.")),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help=tr("Write the comparison as a table and a chart.")),
    ] = None,
) -> None:
    """List the built-in emission factors, carbon densities and planning rules; or compare factor sets, or density tables."""
    from tanheng.cli.tables import print_comparison, print_density_comparison, print_table, print_tables
    from tanheng.factors import names

    if name == "densities" and compare is not None:
        print_density_comparison(compare, tuple(sets or ()), output)
    elif name == "densities":
        print_tables("carbon_densities")
    elif compare is not None:
        print_comparison(compare, tuple(sets or ()), output)
    elif name is None:
        for kind in ("emission_factors", "carbon_densities", "uptake", "plans", "simulation"):
            print_tables(kind)
    else:
        kinds = [kind for kind in ("carbon_densities", "uptake", "plans", "simulation") if name in names(kind)]
        print_table(kinds[0] if kinds else "emission_factors", name)


@app.command("import-invest")
def import_invest(
    arguments: Annotated[
        Path, typer.Argument(metavar="ARGS.json", help=tr("InVEST Carbon parameter set or datastack (JSON)."))
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help=tr("Folder to write the study into."))],
) -> None:
    """Turn an InVEST Carbon parameter set into a study that runs."""
    from tanheng.io.invest import import_datastack

    written = import_datastack(arguments, output)
    typer.echo(tr("wrote {written}; next: tanheng run {written}", written=written))


for _command in (simulate.simulate, statistics.correlate, statistics.moran, statistics.geodetector):
    app.command()(_command)

for _registered in app.registered_commands:
    _said = inspect.getdoc(_registered.callback)
    _registered.help = tr(_said) if _said else None
    _registered.cls = Command


def _use_utf8() -> None:
    """Write UTF-8, unless the user names an encoding; a letter that it lacks is then a question mark and no error."""
    chosen = os.environ.get("PYTHONIOENCODING", "")
    for stream in (sys.stdout, sys.stderr):
        if not hasattr(stream, "reconfigure"):
            continue
        if not chosen:
            stream.reconfigure(encoding="utf-8", errors="replace")
        elif ":" not in chosen:
            stream.reconfigure(errors="replace")


_STOPPED = mark("stopped; no results were written")
_RESUMABLE = mark(
    "stopped; no results were written. A long run keeps what it has finished: --resume goes on from there"
)


def _message(error: Exception) -> str:
    """What is said of an error, in letters that a terminal can show at once."""
    most = int(limit("message_characters"))
    if isinstance(error, StudyError) and len(error.problems) > 1:
        return str(error) if len(str(error)) <= most else error.shortened(most)
    return shortened(str(error) if isinstance(error, TanhengError) else usage_words(error), most)


def _stop(*_: object) -> None:
    """End as Ctrl-C does, so that what is unfinished is cleared away."""
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _use_utf8()
    # What libraries have to say is for programmers; what matters of it is said in our words.
    warnings.simplefilter("ignore")
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _stop)
    try:
        # Not standalone: the library then raises usage errors and returns other ends as their codes (Ctrl-C as 130).
        code = app(prog_name="tanheng", standalone_mode=False) or DONE
    except (TanhengError, UsageError) as error:
        tell_end(error if isinstance(error, TanhengError) else InputError(usage_words(error)))
        sys.stderr.write(f"tanheng: {_message(error)}\n")
        sys.exit(BAD_INPUT)
    if code == STOPPED:
        tell_end(KeyboardInterrupt())
        sys.stderr.write(f"tanheng: {tr(_RESUMABLE if {'run', 'stock'} & set(sys.argv[1:]) else _STOPPED)}\n")
    sys.exit(code)
