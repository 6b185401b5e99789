"""OGC API - Processes 1.0: its definition is valid, its errors are named, and two clients that others wrote drive it."""

from __future__ import annotations

import json
import urllib.request
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import tiny_study_with_people
from tanheng.web.api.descriptions import CONFORMS_TO
from tanheng.web.offers import MEANINGS, OFFERS
from web.served import Answer, Served, serving, waited


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("api")
    (folder / "small").mkdir()
    tiny_study_with_people(folder / "small")
    with serving(folder) as running:
        yield running


def asked(served: Served, path: str, method: str = "GET", body: object = None) -> Answer:
    """Answer to a program that has the key and is no browser."""
    headers = {"Cookie": None, "Origin": None, "Authorization": f"Bearer {served.key}", "Accept": "application/json"}
    return served.ask(path, method, body, headers)


def test_the_definition_is_valid(served: Served) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from openapi_spec_validator import validate
    answer = asked(served, "/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    validate(answer.json())


def test_every_address_of_the_definition_answers(served: Served) -> None:
    paths: dict[str, Any] = asked(served, "/api").json()["paths"]
    for path in paths:
        answer = asked(served, path.format(processID="run", jobID="none"))
        assert answer.status in {200, 404, 405}, path
        assert answer.headers["content-type"].startswith("application/") or answer.status == 405
    assert set(asked(served, "/conformance").json()["conformsTo"]) == set(CONFORMS_TO)


def test_processes_say_what_they_take(served: Served) -> None:
    listed = [one["id"] for one in asked(served, "/processes").json()["processes"]]
    assert listed == list(OFFERS)
    for name in listed:
        described = asked(served, f"/processes/{name}").json()
        assert described["inputs"]
        assert all(one["schema"] and one["description"] for one in described["inputs"].values())
    assert {name for offer in OFFERS.values() for name in offer.inputs.model_fields} == set(MEANINGS)


@pytest.mark.parametrize(
    ("path", "method", "body", "status", "kind"),
    [
        ("/processes/carbon_model", "GET", None, 404, "no-such-process"),
        ("/processes/carbon_model/execution", "POST", {}, 404, "no-such-process"),
        ("/jobs/none", "GET", None, 404, "no-such-job"),
        ("/jobs/none", "DELETE", None, 404, "no-such-job"),
        ("/jobs/none/results", "GET", None, 404, "no-such-job"),
        ("/processes/run/execution", "POST", {"inputs": {}}, 400, "invalid"),
        ("/processes/run/execution", "POST", {"inputs": {"study": "../x.toml"}}, 400, "invalid"),
        ("/processes/run/execution", "POST", b"no json", 400, "invalid"),
        ("/jobs?limit=none", "GET", None, 400, "invalid"),
    ],
)
def test_errors_are_named(served: Served, path: str, method: str, body: object, status: int, kind: str) -> None:
    answer = asked(served, path, method, body)
    assert answer.status == status
    found = answer.json()
    assert found["title"] == kind
    assert found["detail"]
    if status == 404:
        assert found["type"] == f"http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{kind}"


def test_results_of_a_job_that_is_not_done_are_not_ready(served: Served) -> None:
    made = asked(served, "/processes/run/execution", "POST", {"inputs": {"study": "small/study.toml"}})
    assert made.status == 201
    job = made.json()["jobID"]
    assert made.headers["location"] == f"{served.address}/jobs/{job}"
    assert asked(served, f"/jobs/{job}/results").json()["title"] == "result-not-ready"
    dismissed = asked(served, f"/jobs/{job}", "DELETE").json()
    assert dismissed["status"] == "dismissed"
    assert asked(served, f"/jobs/{job}/results").status == 410


def test_progress_comes_as_events_until_the_job_has_ended(served: Served) -> None:
    table = {"table": "small/totals.csv", "columns": ["year", "emissions"]}
    job = asked(served, "/processes/correlate/execution", "POST", {"inputs": table}).json()["jobID"]
    answer = asked(served, f"/jobs/{job}/events")
    told = [json.loads(line.removeprefix("data: ")) for line in answer.text.split("\n\n") if line]
    assert told[-1]["status"] in {"successful", "failed"}
    assert answer.headers["content-type"].startswith("text/event-stream")


@pytest.mark.peer
def test_a_generated_client_runs_a_study(served: Served) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ogc_api_processes_client as ogc
        from ogc_api_processes_client.api_client_wrapper import ApiClientWrapper

        key = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
        client = ApiClientWrapper(ogc.Configuration(host=served.address), "Authorization", key["Authorization"])
        assert client.get_landing_page().title == "tanheng"
        assert "run" in [process.id for process in client.get_processes().processes]
        assert client.get_process_description("run").id == "run"
        job = client.execute_simple("run", {"inputs": {"study": "small/study.toml"}}, _headers=key).job_id
        waited(lambda: client.get_status(job).status.value, lambda state: state == "successful", 90)
        assert job in [one.job_id for one in client.get_jobs().jobs]
        links = asked(served, f"/jobs/{job}/results").json()
        own = (served.folder / "small" / "results" / "tables" / "balance.csv").read_bytes()
        with urllib.request.urlopen(links["tables/balance.csv"]["href"]) as answer:  # noqa: S310  our own address
            assert answer.read() == own
        assert client.dismiss(job).status.value == "dismissed"


@pytest.mark.peer
def test_an_application_s_client_runs_a_study(served: Served) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cuiman.api.client import Client

        client = Client(api_url=served.address, auth_type="token", token=served.key, use_bearer=True)
        assert client.get_capabilities().title == "tanheng"
        assert set(CONFORMS_TO) == set(client.get_conformance().conformsTo)
        assert client.get_process("stock").id == "stock"
        request = {
            "inputs": {
                "maps": ["small/a.tif", "small/b.tif"],
                "densities": "henan-six-classes",
                "years": [2000, 2010],
                "legend": "six-classes",
            }
        }
        job = client.execute_process("stock", request).jobID
        waited(lambda: client.get_job(job).status.value, lambda state: state == "successful", 90)
        links = client.get_job_results(job).root
        assert any(name.endswith("carbon_stock_2010.tif") for name in links)
        client.close()
