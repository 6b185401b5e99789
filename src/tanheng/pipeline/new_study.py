"""A commented study file and a table of carbon densities to fill in."""

from __future__ import annotations

from pathlib import Path

from tanheng.errors import OutputError
from tanheng.factors.legends import legend_from
from tanheng.language import tr
from tanheng.plain_files import is_file, shown
from tanheng.study.described.template import study_template
from tanheng.study.editing import with_entry

#: Legend that the study file names to begin with.
_LEGEND = "clcd"

_DENSITIES = """# Carbon densities, t C/ha of elemental carbon: biomass above and below ground, soil (say to which depth), dead organic matter.
# Write 0 for a pool that is left out, and name the source of your figures here.
# 碳密度，单位 t C/ha（以碳元素计）：地上生物量、地下生物量、土壤（请注明深度）、死亡有机质。不计的碳库填 0，并在此注明数据来源。
class,above,below,soil,dead
"""


def write_new_study(folder: Path, title: str = "", language: str = "") -> Path:
    """Write ``study.toml`` and an empty table of carbon densities into a folder; existing ones are left alone.

    Parameters
    ----------
    title, language : str
        Set in the study where they are given.

    Raises
    ------
    OutputError
        There is a study already, or the folder can't be written to.
    """
    path = folder / "study.toml"
    if is_file(path):
        raise OutputError(tr("{path}: is there already; name another folder", path=path))
    text = study_template()
    for key, value in (("title", title), ("language", language)):
        text = with_entry(text, [key], value) if value else text
    densities = folder / "carbon_densities.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if not densities.exists():
            rows = "".join(f"{name},,,,\n" for name in legend_from(_LEGEND).classes)
            densities.write_text(_DENSITIES + rows, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise OutputError(
            tr("{path}: can't be written ({reason})", path=shown(path), reason=getattr(error, "strerror", error))
        ) from error
    return path
