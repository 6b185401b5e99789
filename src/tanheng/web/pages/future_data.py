"""Scenarios of future land use by hand as their page takes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from tanheng.errors import InputError
from tanheng.language import name_of, tr
from tanheng.web.answers import asked, body_of, data, home_of, in_thread
from tanheng.web.home import Home
from tanheng.web.studies.form import StudyState, state_of

if TYPE_CHECKING:
    from tanheng.web.studies.future import HandScenario

#: Page of a simulation in a folder of results.
_REPORT = "simulation/report.html"


async def today(request: Request) -> Response:
    """The land of a study as it is today, and the scenarios that were made of it."""
    from tanheng.web.studies.future import RATES, land_today  # readers of maps: loaded when they are needed

    home, name = home_of(request), asked(request, "name")
    land = await in_thread(land_today, home, name)
    state = await in_thread(state_of, home, name)
    words = {one.name: str(name_of(one.name)) for one in land.classes}
    simulated = await in_thread(_simulated, home, state)
    return data(asdict(land) | simulated | {"words": words, "version": state.version, "rates": list(RATES)})


def _simulated(home: Home, state: StudyState) -> dict[str, str]:
    """Job of a simulation of a study that is under way, and the results that hold one; empty where there is none."""
    jobs = [job.id for job in home.journal.unfinished() if (job.process, job.study) == ("simulate", state.name)]
    folder = str(state.results.get("results", ""))
    there = bool(folder) and (home.place(folder) / _REPORT).is_file()
    return {"job": jobs[0] if jobs else "", "simulated": folder if there else ""}


async def write(request: Request) -> Response:
    """The study after its scenarios were written.

    Raises
    ------
    InputError
        Something in them is wrong, or the study was changed elsewhere.
    """
    from tanheng.web.studies.future import write_scenarios

    home, name, body = home_of(request), asked(request, "name"), await body_of(request)
    try:
        to = [int(year) for year in body["to"]]
        draws = int(body["draws"])
        scenarios = [_scenario(item) for item in body["scenarios"]]
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise InputError(tr("The request is not a JSON object.")) from error
    written = await in_thread(write_scenarios, home, name, str(body.get("version", "")), to, draws, scenarios)
    return data(written.as_data())


def _scenario(item: dict[str, Any]) -> HandScenario:
    from tanheng.web.studies.future import RATES, HandScenario

    areas = {str(key): float(value) for key, value in item["areas"].items()}
    outlook = {str(key): float(value) for key, value in item.get("outlook", {}).items() if key in RATES}
    return HandScenario(str(item["name"]).strip(), areas, outlook)
