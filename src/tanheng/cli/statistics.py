"""Commands for people who have only a table: correlate, moran, geodetector."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tanheng.errors import InputError
from tanheng.language import listed, name_of, tr

if TYPE_CHECKING:
    import pandas as pd

Table = Annotated[Path, typer.Argument(metavar="TABLE", help=tr("CSV file, or a vector file with polygons."))]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="X,Y",
        help=tr("Columns with coordinates in one length unit; those called longitude and latitude are in degrees."),
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="DIR",
        help=tr(
            "Write results into a folder: tables as CSV; for moran also a GeoPackage, a LISA map and a scatter plot."
        ),
    ),
]
Seed = Annotated[int, typer.Option(min=0, help=tr("Seed of random draws."))]


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()


def _refuse_output(folder: Path | None, names: list[str]) -> None:
    """Refuse a folder that already holds one of the tables, before the work."""
    taken = [f"{name}.csv" for name in names if folder is not None and (folder / f"{name}.csv").exists()]
    if taken:
        raise InputError(
            tr("{folder}: already holds {names}; name another folder, or move them", folder=folder, names=listed(taken))
        )


def _write(folder: Path | None, tables: dict[str, pd.DataFrame]) -> None:
    from tanheng.io.tables import write_csv

    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table)
    typer.echo(tr("tables in {folder}", folder=folder))


def correlate(
    table: Table,
    x: Annotated[str, typer.Option("--x", metavar="A,B,...", help=tr("Columns; all pairs are reported."))],
    at: At = None,
    output: Output = None,
) -> None:
    """Correlate columns of a table, with a test that accounts for spatial autocorrelation."""
    from tanheng.cli.show import print_frame
    from tanheng.pipeline.own_table.correlation import correlate
    from tanheng.pipeline.own_table.places import Where

    columns = _names(x)
    if len(columns) < 2:
        raise InputError(tr("--x: two columns or more were expected, as A,B; got '{x}'", x=x))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise InputError(tr("--x: names {names} twice", names=listed(twice)))
    _refuse_output(output, ["correlation"])
    correlations = correlate(table, columns, Where(_names(at)))
    print_frame(correlations, "own_table")
    if not at and table.suffix.lower() in {".csv", ".txt", ".tsv"}:
        typer.echo(
            tr("no coordinates, so no modified test: p holds only if rows are independent of each other (see --at)")
        )
    _write(output, {"correlation": correlations})


def moran(
    table: Table,
    x: Annotated[str, typer.Option("--x", metavar="COLUMN", help=tr("Column to analyse."))],
    y: Annotated[
        str | None, typer.Option("--y", metavar="COLUMN", help=tr("Column of the neighbours, for the bivariate form."))
    ] = None,
    at: At = None,
    nearest: Annotated[
        int | None,
        typer.Option(min=1, help=tr("Neighbours: the K nearest points (8 by default, a third of up to 9 rows).")),
    ] = None,
    within: Annotated[float | None, typer.Option(min=0, help=tr("Neighbours: points no farther than this."))] = None,
    permutations: Annotated[int, typer.Option(min=99, help=tr("Random layouts."))] = 9999,
    seed: Seed = 1,
    rate: Annotated[float, typer.Option(min=1e-6, max=0.999, help=tr("False discovery rate of clusters."))] = 0.05,
    output: Output = None,
) -> None:
    """Spatial autocorrelation of a table of points or polygons: Moran's I, Geary's C, clusters and hot spots."""
    from tanheng.cli.show import print_frame
    from tanheng.pipeline.own_table.autocorrelation import autocorrelate, write_autocorrelation
    from tanheng.pipeline.own_table.places import Where

    _refuse_output(output, ["moran", "clusters"])
    autocorrelation = autocorrelate(table, x, y, Where(_names(at), nearest, within), permutations, seed, rate)
    print_frame(
        autocorrelation.overall.assign(
            statistic=[_statistic(name, y) for name in autocorrelation.overall["statistic"]]
        ),
        "own_table",
    )
    if y:
        typer.echo(
            tr(
                "the cluster test assumes neighbours in random order, so it marks many places on smooth maps; the last p "
                "tests whether the two columns are more strongly associated than unrelated maps of the same smoothness"
            )
        )
    counts = autocorrelation.local["cluster"].value_counts()
    clusters = listed(tr("{name} {number}", name=name_of(name), number=number) for name, number in counts.items())
    typer.echo(tr("clusters: {clusters}", clusters=clusters))
    typer.echo(tr("neighbours: {neighbours}", neighbours=autocorrelation.neighbours))
    if autocorrelation.islands:
        typer.echo(
            tr(
                "{islands} row(s) have no neighbour: they count in the global statistics and have no local one",
                islands=autocorrelation.islands,
            )
        )
    if autocorrelation.left_out:
        typer.echo(tr("{left_out} row(s) without a value are left out", left_out=autocorrelation.left_out))
    _write(output, {"moran": autocorrelation.overall, "clusters": autocorrelation.local})
    if output is not None:
        write_autocorrelation(output, autocorrelation, x, y)


def _statistic(name: str, y: str | None) -> str:
    """Statistic in words; the column of the neighbours keeps the name that the user gave it."""
    of_both = y is not None and name == f"bivariate Moran I, {y} of neighbours"
    return tr("bivariate Moran I, {y} of neighbours", y=y) if of_both else name_of(name)


def geodetector(
    table: Table,
    y: Annotated[str, typer.Option("--y", metavar="COLUMN", help=tr("Column that is to be explained."))],
    x: Annotated[str, typer.Option("--x", metavar="A,B,...", help=tr("Drivers; numbers are cut into classes."))],
    categories: Annotated[
        str | None, typer.Option(metavar="A,B,...", help=tr("Drivers whose numbers are classes already."))
    ] = None,
    methods: Annotated[
        str, typer.Option(metavar="A,B,...", help=tr("Ways to cut that are tried."))
    ] = "equal,natural,quantile,geometric,sd",
    classes: Annotated[str, typer.Option(metavar="FEWEST-MOST", help=tr("Numbers of classes that are tried."))] = "3-8",
    permutations: Annotated[
        int,
        typer.Option(
            min=0,
            help=tr("Number of permutations for the p-value, which accounts for the search over discretisations."),
        ),
    ] = 999,
    seed: Seed = 1,
    ddof: Annotated[
        int,
        typer.Option(
            min=0, max=1, help=tr("Divisor of the variance in the F test: n - 1 (1, as the R package) or n (0).")
        ),
    ] = 1,
    drop_single: Annotated[bool, typer.Option("--drop-single", help=tr("Leave strata of one row out."))] = False,
    output: Output = None,
) -> None:
    """Geographical detector: how much of a column's variance lies between the strata of drivers."""
    from tanheng.cli.show import print_frame
    from tanheng.pipeline.own_table.detector import DetectorRequest, detect

    drivers, classed = _names(x), _names(categories)
    strange = [name for name in classed if name not in drivers]
    if strange:
        raise InputError(tr("--categories: {names} is not among the drivers of --x", names=listed(strange)))
    _refuse_output(output, ["geodetector", "geodetector_interaction", "geodetector_risk"])
    single: Literal["keep", "drop"] = "drop" if drop_single else "keep"
    divisor: Literal[0, 1] = 1 if ddof else 0
    request = DetectorRequest(
        y, drivers, classed, _names(methods), _range(classes), permutations, seed, divisor, single
    )
    detected = detect(table, request)
    print_frame(detected.tables["geodetector"], "own_table")
    if "geodetector_interaction" in detected.tables:
        print_frame(detected.tables["geodetector_interaction"], "own_table")
    for text in detected.notes:
        typer.echo(text)
    typer.echo(tr("p-values take rows as independent; where neighbours are alike they are too small"))
    _write(output, detected.tables)


def _range(text: str) -> tuple[int, int]:
    parts = text.replace("–", "-").split("-")
    try:
        few, most = int(parts[0]), int(parts[-1])
    except ValueError:
        few, most = 0, 0
    if len(parts) > 2 or not 2 <= few <= most <= 50:
        raise InputError(tr("--classes: fewest and most were expected, as 3-8; got '{text}'", text=text))
    return few, most
