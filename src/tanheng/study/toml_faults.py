"""What is wrong with a text that is no TOML, in words: its line, and how it is written right."""

from __future__ import annotations

import re
import tomllib

from tanheng.language import mark, tr

#: Reasons that `tomllib` gives, as they begin, and what they ask for.
_REASONS = {
    "Invalid initial character for a key part": mark("a key was expected here"),
    "Expected '=' after a key": mark("write = between a key and its value"),
    "Expected newline or end of document": mark(
        "only one entry may stand on a line; is a text here without its quotes?"
    ),
    "Expected ']' at the end of a table declaration": mark("close the name of the table with ]"),
    "Expected ']]' at the end of an array declaration": mark("close the name of the table with ]]"),
    "Unclosed array": mark("close the list with ], and part its entries by commas"),
    "Unclosed inline table": mark("close the table with }, and part its entries by commas"),
    "Duplicate inline table key": mark("this key appears twice"),
    "Cannot overwrite a value": mark("this key appears twice"),
    "Cannot declare": mark("this table appears twice"),
    "Cannot mutate immutable namespace": mark("this table is already complete"),
    "Cannot redefine namespace": mark("this key appears twice"),
    "Unterminated string": mark("close the text with a quote"),
    "Expected '\"'": mark("close the text with a quote"),
    "Illegal character": mark("this character may not stand here; is the quote closed on the same line?"),
    "Unescaped '\\'": mark("write / in paths, not \\"),
    "Invalid hex value": mark("write / in paths, not \\"),
    "Invalid value": mark("write a number, true, false, a list, or text in quotes"),
    "Invalid statement": mark("write an entry as key = value, or a table as [name]"),
}

#: A letter that no key without quotes may have.
_STRANGE = re.compile(r"[^A-Za-z0-9_.\s-]")

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


#: Chinese punctuation that stands where that of TOML should.
_PLAIN = {"“": '"', "”": '"', "‘": "'", "’": "'", "＝": "=", "，": ",", "【": "[", "】": "]", "：": "="}


def toml_fault(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Reason and place of a fault in a text that should be TOML, and its mend."""
    match = re.fullmatch(
        r"(?P<reason>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", str(error)
    )
    if match is None:
        return _reason(str(error))
    written = text.split("\n")[int(match["line"]) - 1 if match["line"] else -1]
    words = _bare_key(written) or _fullwidth(written) or _backslash(written) or _reason(match["reason"])
    if match["line"]:
        return tr(
            "line {line}, column {column}: {words}", line=int(match["line"]), column=int(match["column"]), words=words
        )
    return tr("at its end: {words}", words=words)


def _reason(given: str) -> str:
    wanted = next((words for start, words in _REASONS.items() if given.startswith(start)), None)
    return tr(wanted) if wanted else tr("this is not how TOML is written")


def _bare_key(line: str) -> str:
    """Mend for a key with other letters than plain ones, which TOML wants in quotes; empty where the line has none."""
    table = re.match(r"\s*\[+([^\]#\"']+)\]", line)
    names = table[1].split(".") if table else re.findall(r"(?:^|[{,])\s*([^\s=\"'{}\[\],#]+)\s*=", line)
    strange = next((name.strip() for name in names if _STRANGE.search(name) and _is_word(name)), None)
    if strange is None:
        return ""
    right = f"[{table[1].replace(strange, chr(34) + strange + chr(34))}]" if table else f'"{strange}" = …'
    return tr("put '{name}' in quotes: {right}", name=strange, right=right)


def _is_word(name: str) -> bool:
    return all(letter.isalnum() or letter in "_-. ()/%·" for letter in name)


def _fullwidth(line: str) -> str:
    """Mend for Chinese punctuation that stands for that of TOML; empty where the line has none outside of quotes."""
    outside = _QUOTED.sub("", line.split("#", 1)[0])
    letter_found = next((letter for letter in outside if letter in _PLAIN), None)
    return tr("write {plain} in place of {wide}", plain=_PLAIN[letter_found], wide=letter_found) if letter_found else ""


def _backslash(line: str) -> str:
    return tr("write / in paths, not \\") if re.search(r"\"[^\"]*\\[^\"]*\"", line) else ""
