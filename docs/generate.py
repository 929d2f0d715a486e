"""Write the generated pages of docs/reference from the help that code carries; a test compares them.

python -m docs.generate
"""

from __future__ import annotations

from pathlib import Path

import click

from publisher.config import SETTINGS
from schemas import profiles
from schemas.mappings.findings import SENTENCES
from web.api.action import Param

HERE = Path(__file__).parent / "reference"


def settings_page() -> str:
    """Answer the page of all settings."""
    lines = ["# Settings", "", "Read from the environment; `gongkai config show` prints the present values.", ""]
    for setting in SETTINGS:
        lines += [f"## {setting.variable}", "", setting.help.en, "", setting.help.zh, ""]
        lines += [f"Default: `{setting.default}`" if setting.default else "Default: empty", ""]
    return "\n".join(lines)


def commands_page() -> str:
    """Answer the page of all commands with their options."""
    from web.cli import gongkai

    lines = ["# Commands", ""]
    for path, command in _walk("gongkai", gongkai):
        context = click.Context(
            command, info_name=path, max_content_width=100, terminal_width=100, help_option_names=["-h", "--help"]
        )
        lines += [f"## {path}", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(lines)


def _walk(path: str, command: click.Command) -> list[tuple[str, click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            found += _walk(f"{path} {name}", command.commands[name])
    return found


def actions_page() -> str:
    """Answer the page of all actions of the API with their parameters."""
    from web.api.registry import ACTIONS

    lines = [
        "# Actions",
        "",
        "Every action at `/api/3/action/NAME`; how they are called is told in ../api.md.",
        "",
    ]
    for name in sorted(ACTIONS):
        action = ACTIONS[name]
        methods = "GET, POST" if action.reads else "POST"
        lines += [f"## {name}", "", action.help.en, "", action.help.zh, ""]
        lines += [f"{methods}; needs the right to {action.permission.value.en}.", ""]
        lines += [_parameter(param) for param in action.params] + ([""] if action.params else [])
    return "\n".join(lines)


def _parameter(param: Param) -> str:
    rule = ", required" if param.required else f", default `{param.default}`" if param.default not in (None, ()) else ""
    return f"- `{param.name}` ({param.type}{rule}): {param.help.en} {param.help.zh}"


def profiles_page() -> str:
    """Answer the page of all metadata profiles with their fields."""
    lines = ["# Profiles", "", "Which fields a kind of record must, should and may have; see ../profiles.md.", ""]
    for profile in profiles.profiles().values():
        lines += [f"## {profile.key}", "", f"{profile.label.zh} · {profile.label.en}. {profile.help.en}", ""]
        lines += [f"Source: {profile.source}", "", "| field | path | demand | rules |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {field.label.zh} {field.label.en} | `{field.path}` | {field.level} | {_rules(field)} |"
            for field in profile.fields
        ]
        lines.append("")
    return "\n".join(lines)


def _rules(field: profiles.Field) -> str:
    rules: list[str] = [field.type] if field.type != "text" else []
    rules += [f"one of {', '.join(field.among)}"] if field.among else []
    rules += [f"{name} {value}" for name, value in (
        ("vocabulary", field.vocabulary), ("check", field.check), ("at least", field.shortest),
        ("at most", field.longest), ("not above", field.at_most),
    ) if value]  # fmt: skip
    rules += [f"agrees with {field.agrees.path}"] if field.agrees is not None else []
    rules += [f"form `{field.pattern}`".replace("|", "\\|")] if field.pattern else []
    rules += [f"if `{c.path}` {'is absent' if c.absent else 'is ' + ' or '.join(c.among) if c.among else 'is given'}"
              for c in field.when]  # fmt: skip
    return "; ".join(rules)


def findings_page() -> str:
    """Answer the page of everything that reading a record may find."""
    lines = ["# Findings of reading", "", "What is said about a record of a source; codes never change.", ""]
    for code in sorted(SENTENCES):
        level, message, remedy = SENTENCES[code]
        lines += [f"## {code}", "", f"{level}: {message.en} {remedy.en}", "", f"{message.zh}{remedy.zh}", ""]
    return "\n".join(lines)


PAGES = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "actions.md": actions_page,
    "profiles.md": profiles_page,
    "findings.md": findings_page,
}


def main() -> None:
    """Write every page."""
    HERE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
