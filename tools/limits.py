"""Write docs/limits.md and docs/limits.zh.md from what the program declares: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from tanheng.language import speaking, tr
from tanheng.limits import LIMITS

DOCS = Path(__file__).resolve().parents[1] / "docs"

_HEADS = {
    "en": """# Limits

Input and requests are limited, so that a typing error or an untrusted file gives one message instead of a full disk or a day of waiting.
Each limit can be changed with an environment variable: `TANHENG_GRID_CELLS=1e8 tanheng run study.toml`.

| What | Limit | Variable |
|---|---|---|
""",
    "zh": """# 限制

读取的内容和要求的计算量都有限制，使一处笔误或来历不明的文件只得到一条消息，而不是占满磁盘或等上一天。每项限制都可用环境变量修改：
`TANHENG_GRID_CELLS=1e8 tanheng run study.toml`。

| 项目 | 限制 | 变量 |
|---|---|---|
""",
}

_TAILS = {
    "en": """
A VRT may refer to files in the folder of the study and beside itself, but not elsewhere or on the network; `TANHENG_VRT_ANYWHERE=1` allows
all. Web services (WMS and the like) are never opened through a file; `/vsicurl/`, `/vsis3/` and `https://` names in the study itself are.
""",
    "zh": """
VRT 只能引用研究文件夹内及其旁边的文件，不能引用别处或网络上的文件；`TANHENG_VRT_ANYWHERE=1` 可放开。网络服务（WMS 等）从不通过文件读取；
研究配置自身给出的 `/vsicurl/`、`/vsis3/` 或 `https://` 名称则可以。
""",
}


def pages() -> dict[Path, str]:
    """Text of each page."""
    found = {}
    for code, head in _HEADS.items():
        with speaking(code):
            rows = [f"| {tr(item.meaning)} | {item.default:,.15g} | `{item.variable}` |" for item in LIMITS.values()]
        name = "limits.md" if code == "en" else f"limits.{code}.md"
        found[DOCS / name] = head + "\n".join(rows) + "\n" + _TAILS[code]
    return found


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
