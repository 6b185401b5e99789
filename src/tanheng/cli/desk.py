"""A plan by hand for the app: settings come in as lines of JSON, plans go out as lines of JSON; the land stays in memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanheng.errors import StudyError, TanhengError
from tanheng.language import name_of, speaking

if TYPE_CHECKING:
    from tanheng.pipeline.plan_desk import PlanDesk

#: Rows and columns of a map that is sent.
_MOST = 700


def main() -> None:
    """Load the land of a study, describe what can be changed, and solve one plan for each line of input."""
    from tanheng.pipeline.plan_desk import open_desk

    path, code = Path(sys.argv[1]), sys.argv[2]
    with speaking(code):
        try:
            desk = open_desk(path)
        except TanhengError as error:
            _say(_refusal(error))
            return
        _say(_opened(desk))
    for line in sys.stdin:
        request = json.loads(line)
        with speaking(request.get("language", code)):
            try:
                answer = _solved(desk, request.get("changes", {}))
            except Exception as error:  # noqa: BLE001  the land stays in memory, whatever was asked
                answer = {"refused": f"{type(error).__name__}: {error}", "problems": []}
            _say(answer)


def _say(answer: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def _refusal(error: TanhengError) -> dict[str, Any]:
    problems = [one.as_data() for one in error.problems] if isinstance(error, StudyError) else []
    return {"refused": str(error), "problems": problems}


def _opened(desk: PlanDesk) -> dict[str, Any]:
    """What a page needs to offer: classes, and what of the plan can be changed."""
    plan = desk.inputs.plan
    return {
        "classes": list(desk.land.classes),
        "fixed": [name for name in plan.fixed if name in desk.land.classes],
        "year": desk.land.year,
        "has_costs": desk.inputs.cost is not None,
        "weighed": ["carbon", *desk.inputs.values, *(["cost"] if desk.inputs.cost is not None else [])],
        "currency": str(name_of(plan.currency)),
        "settings": plan.model_dump(mode="json", by_alias=True),
    }


def _solved(desk: PlanDesk, changes: Mapping[str, Any]) -> dict[str, Any]:
    from tanheng.report.cartography.thumbnail import class_picture

    try:
        plan, after = desk.solved(changes)
    except TanhengError as error:
        return _refusal(error)
    classes = desk.land.classes
    return asdict(plan) | {"map": class_picture(after, range(len(classes)), classes, _MOST)}


if __name__ == "__main__":
    main()
