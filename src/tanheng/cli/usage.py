"""Usage, help and usage errors in tanheng's own words, since the library of the command line says them in English alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from tanheng.language import mark, tr

#: What every error in the words of a command descends from; the library hands on only this child of it.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]

#: What the library says, and what tanheng says instead; anything else stays as the library says it.
_SAID = tuple(
    (re.compile(pattern), template)
    for pattern, template in (
        (r"Missing argument (?P<name>.+?)\.", mark("the argument {name} is missing")),
        (r"Missing option (?P<name>.+?)\.", mark("the option {name} is missing")),
        (r"Missing command\.", mark("a command is missing")),
        (r"Got unexpected extra arguments?(\(s\))? \((?P<words>.+)\)", mark("not expected: {words}")),
        (
            r"No such option: (?P<name>\S+) \(Possible options: (?P<other>.+)\)",
            mark("there is no option {name}; perhaps {other}"),
        ),
        (r"No such option: (?P<name>\S+)", mark("there is no option {name}")),
        (
            r"No such command (?P<name>.+)\. Did you mean (?P<other>.+)\?",
            mark("there is no command {name}; perhaps {other}"),
        ),
        (r"No such command (?P<name>.+)\.", mark("there is no command {name}")),
        (r"Option (?P<name>.+) requires an argument\.", mark("the option {name} needs a value")),
        (r"Option (?P<name>.+) does not take a value\.", mark("the option {name} takes no value")),
        (r"Input should be greater than or equal to (?P<least>\S+)", mark("{least} or more was expected")),
        (r"Input should be less than or equal to (?P<most>\S+)", mark("{most} or less was expected")),
        (r"Input should be a valid integer.*", mark("a whole number was expected")),
        (r"Input should be a valid number.*", mark("a number was expected")),
        (r"(Value error, )?(?P<value>.+) is not one of (?P<choices>.+)\.", mark("{value} is none of {choices}")),
    )
)

_INVALID = re.compile(r"Invalid value for (?P<name>.+?): (?P<reason>.+)", re.DOTALL)


def usage_words(error: Any) -> str:  # noqa: ANN401  the library doesn't hand on the type of its usage errors
    """One line for a usage error: what is wrong, and which help tells more."""
    message = error.format_message()
    invalid = _INVALID.fullmatch(message)
    words = f"{invalid['name']}: {_in_own_words(invalid['reason'])}" if invalid else _in_own_words(message)
    command = error.ctx.command_path if error.ctx is not None else "tanheng"
    return tr("{problem}; see '{command} --help'", problem=words, command=command)


def _in_own_words(message: str) -> str:
    for pattern, template in _SAID:
        match = pattern.fullmatch(message)
        if match:
            return tr(template, **match.groupdict())
    return message.rstrip(".。")


def ahead_of_command(arguments: Sequence[str]) -> list[str]:
    """Arguments with the options that hold for every command before the command, wherever they were written.

    Examples
    --------
    >>> ahead_of_command(["run", "study.toml", "--lang", "zh", "--quiet"])
    ['--lang', 'zh', '--quiet', 'run', 'study.toml']
    """
    ahead, rest = [], []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--quiet" or word.startswith("--lang="):
            ahead.append(word)
        elif word == "--lang":
            value = next(words, None)
            if value is None:
                # Alone, so that it doesn't take the command for its value: the parser tells that there is none.
                return [word]
            ahead += [word, value]
        else:
            rest.append(word)
    return ahead + rest


def _write_usage(command: Any, context: Any, formatter: Any) -> None:  # noqa: ANN401  both kinds of command
    pieces = command.collect_usage_pieces(context)
    formatter.write_usage(context.command_path, " ".join(pieces), prefix=tr("Usage: "))


def _told(option: Any) -> Any:  # noqa: ANN401  the option of the library
    if option is not None:
        option.help = tr("Show this message and exit.")
    return option


class Command(TyperCommand):
    """A command whose usage and help speak the language, and whose summary is never cut."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as the library has it
        """Write the line of usage."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401  as the library has it
        """The option ``--help``."""
        return _told(super().get_help_option(ctx))

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002  as the library has it
        """Summary in the list of commands, whole."""
        return self.help or ""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  as the library has it
        """Parse; an error says of which command it is, also where the library leaves that out."""
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            vars(error)["ctx"] = vars(error).get("ctx") or ctx
            raise


class Group(TyperGroup):
    """The commands, likewise; options that hold for all of them may stand after the command."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as the library has it
        """Write the line of usage."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401  as the library has it
        """The option ``--help``."""
        return _told(super().get_help_option(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  as the library has it
        """Parse, with the help as answer where nothing is asked."""
        if not args:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(2)
        return super().parse_args(ctx, ahead_of_command(args))
