"""Processes and jobs in the words of OGC API - Processes 1.0."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tanheng import __version__
from tanheng.language import tr
from tanheng.web.jobs.job import Job
from tanheng.web.offers import MEANINGS, Offer

#: What the API conforms to.
CONFORMS_TO = tuple(
    f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}"
    for name in ("core", "ogc-process-description", "json", "oas30", "job-list", "dismiss")
)

#: Relations of links, as the standard names them.
_RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"


def link(base: str, path: str, relation: str, title: str = "", kind: str = "application/json") -> dict[str, str]:
    """A link of the API; relations without a colon that the standard defines get its prefix."""
    own = relation in {"conformance", "processes", "job-list", "results", "execute"}
    entry = {"href": f"{base}{path}", "rel": f"{_RELATION}{relation}" if own else relation, "type": kind}
    return entry | ({"title": title} if title else {})


def landing_page(base: str) -> dict[str, Any]:
    """The landing page."""
    return {
        "title": "tanheng",
        "description": tr("Carbon supply, demand and balance of land."),
        "links": [
            link(base, "/", "self", tr("This page")),
            link(
                base,
                "/api",
                "service-desc",
                tr("Definition of the API"),
                "application/vnd.oai.openapi+json;version=3.0",
            ),
            link(base, "/conformance", "conformance", tr("What the API conforms to")),
            link(base, "/processes", "processes", tr("Processes")),
            link(base, "/jobs", "job-list", tr("Jobs")),
        ],
    }


def process_summary(offer: Offer, base: str) -> dict[str, Any]:
    """Summary of a process."""
    return {
        "id": offer.name,
        "title": tr(offer.title),
        "description": tr(offer.meaning),
        "version": __version__,
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": [link(base, f"/processes/{offer.name}", "self")],
    }


def process_description(offer: Offer, base: str) -> dict[str, Any]:
    """Description of a process with its inputs and outputs."""
    schema = offer.inputs.model_json_schema()
    needed = set(schema.get("required", ()))
    inputs = {
        name: {
            "title": name,
            "description": tr(MEANINGS[name]),
            "schema": openapi_schema(field),
            "minOccurs": int(name in needed),
        }
        for name, field in schema["properties"].items()
    }
    outputs = {
        "files": {
            "title": tr("Files of the results"),
            "description": tr("A link to each file, by its path in the folder of the results."),
            "schema": {"type": "object"},
        }
    }
    execution = link(base, f"/processes/{offer.name}/execution", "execute", tr("Execute"))
    summary = process_summary(offer, base)
    return summary | {"inputs": inputs, "outputs": outputs, "links": [*summary["links"], execution]}


def openapi_schema(field: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema as OpenAPI 3.0 has it: nothing stands for what may be left out, and lists have items of one kind.

    Examples
    --------
    >>> openapi_schema({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Legend"})
    {'type': 'string'}
    """
    choices = [openapi_schema(one) for one in field.get("anyOf", ()) if one.get("type") != "null"]
    kept = {key: value for key, value in field.items() if key not in {"title", "anyOf", "prefixItems", "default"}}
    if field.get("default") is not None:
        kept["default"] = field["default"]
    if "prefixItems" in field:
        kept["items"] = openapi_schema(field["prefixItems"][0])
    elif "items" in field:
        kept["items"] = openapi_schema(field["items"])
    return (choices[0] | kept if len(choices) == 1 else {"anyOf": choices} | kept) if choices else kept


def status_info(job: Job, base: str) -> dict[str, Any]:
    """How a job stands."""
    info: dict[str, Any] = {
        "processID": job.process,
        "type": "process",
        "jobID": job.id,
        "status": job.state,
        "message": job.told_message or _stage(job),
        "created": _time(job.created),
        "links": [
            link(base, f"/jobs/{job.id}", "self"),
            link(base, f"/jobs/{job.id}/events", "monitor", tr("Progress as server-sent events"), "text/event-stream"),
        ],
    }
    info |= {"started": _time(job.started)} if job.started else {}
    info |= {"finished": _time(job.finished)} if job.finished else {}
    info["updated"] = _time(max(job.created, job.started, job.finished))
    if job.total and job.state == "running":
        info["progress"] = min(100 * job.done // job.total, 99)
    if job.state == "successful":
        info["progress"] = 100
        info["links"].append(link(base, f"/jobs/{job.id}/results", "results", tr("Results")))
    return info


def _stage(job: Job) -> str:
    """Stage of a job, and how far it is in it."""
    if job.state != "running" or not job.total:
        return job.told_stage if job.state == "running" else ""
    return tr("{stage}: {done} of {total}", stage=job.told_stage, done=job.done, total=job.total)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def exception(kind: str, status: int, detail: str) -> dict[str, Any]:
    """An error as the standard has it; kinds that it names get its prefix."""
    prefix = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
    known = kind in {"no-such-process", "no-such-job", "result-not-ready"}
    return {"type": f"{prefix}{kind}" if known else "about:blank", "title": kind, "status": status, "detail": detail}
