"""Definition of the API as OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

from tanheng import __version__
from tanheng.language import tr
from tanheng.web.offers import OFFERS

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}

_SCHEMAS: dict[str, Any] = {
    "link": {
        "type": "object",
        "required": ["href"],
        "properties": {"href": _TEXT, "rel": _TEXT, "type": _TEXT, "title": _TEXT},
    },
    "landingPage": {
        "type": "object",
        "required": ["links"],
        "properties": {
            "title": _TEXT,
            "description": _TEXT,
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "confClasses": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": _TEXT}},
    },
    "processSummary": {
        "type": "object",
        "required": ["id", "version"],
        "properties": {
            "id": _TEXT,
            "version": _TEXT,
            "title": _TEXT,
            "description": _TEXT,
            "jobControlOptions": {"type": "array", "items": _TEXT},
            "outputTransmission": {"type": "array", "items": _TEXT},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "process": {
        "allOf": [
            {"$ref": "#/components/schemas/processSummary"},
            {"type": "object", "properties": {"inputs": {"type": "object"}, "outputs": {"type": "object"}}},
        ]
    },
    "processList": {
        "type": "object",
        "required": ["processes", "links"],
        "properties": {
            "processes": {"type": "array", "items": {"$ref": "#/components/schemas/processSummary"}},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "execute": {"type": "object", "properties": {"inputs": {"type": "object"}, "outputs": {"type": "object"}}},
    "statusInfo": {
        "type": "object",
        "required": ["jobID", "status", "type"],
        "properties": {
            "processID": _TEXT,
            "type": {"type": "string", "enum": ["process"]},
            "jobID": _TEXT,
            "status": {"type": "string", "enum": ["accepted", "running", "successful", "failed", "dismissed"]},
            "message": _TEXT,
            "created": _TIME,
            "started": _TIME,
            "finished": _TIME,
            "updated": _TIME,
            "progress": {"type": "integer", "minimum": 0, "maximum": 100},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "jobList": {
        "type": "object",
        "required": ["jobs", "links"],
        "properties": {
            "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/statusInfo"}},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "results": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/link"}},
    "exception": {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "instance": _TEXT,
        },
    },
}


def definition(base: str) -> dict[str, Any]:
    """The API as a document of OpenAPI 3.0.

    Examples
    --------
    >>> definition("http://127.0.0.1:8000")["openapi"]
    '3.0.3'
    """
    job, process = _parameter("jobID"), _parameter("processID", sorted(OFFERS))
    limit = {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100},
    }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "tanheng",
            "version": __version__,
            "description": tr("Carbon supply, demand and balance of land: OGC API - Processes 1.0."),
        },
        "servers": [{"url": base}],
        "security": [{"key": []}],
        "paths": {
            "/": {"get": _reads("getLandingPage", "landingPage")},
            "/api": {"get": _reads("getAPI", "")},
            "/conformance": {"get": _reads("getConformance", "confClasses")},
            "/processes": {"get": _reads("getProcesses", "processList")},
            "/processes/{processID}": {"get": _reads("getProcess", "process", process)},
            "/processes/{processID}/execution": {"post": _executes(process)},
            "/jobs": {"get": _reads("getJobs", "jobList", limit)},
            "/jobs/{jobID}": {
                "get": _reads("getStatus", "statusInfo", job),
                "delete": _reads("dismiss", "statusInfo", job),
            },
            "/jobs/{jobID}/results": {"get": _reads("getResult", "results", job)},
            "/jobs/{jobID}/events": {"get": _reads("getEvents", "", job, kind="text/event-stream")},
        },
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _parameter(name: str, choices: list[str] | None = None) -> dict[str, Any]:
    schema = _TEXT | ({"enum": choices} if choices else {})
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _reads(name: str, schema: str, *parameters: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    """An operation that answers with data."""
    content = {"$ref": f"#/components/schemas/{schema}"} if schema else {}
    return {
        "operationId": name,
        "parameters": list(parameters),
        "responses": {"200": {"description": name, "content": {kind: {"schema": content}}}, "default": _EXCEPTION},
    }


def _executes(process: dict[str, Any]) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/execute"}}}}
    created = {
        "description": "accepted",
        "headers": {"Location": {"schema": _TEXT}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/statusInfo"}}},
    }
    return {
        "operationId": "execute",
        "parameters": [process],
        "requestBody": body,
        "responses": {"201": created, "default": _EXCEPTION},
    }


_EXCEPTION: dict[str, Any] = {
    "description": "exception",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/exception"}}},
}
