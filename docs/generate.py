"""Write the generated pages of docs/reference from the help that code carries; a test compares them.

python -m docs.generate
"""

from __future__ import annotations

from pathlib import Path

import click

from publisher.config import SETTINGS

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


PAGES = {"settings.md": settings_page, "commands.md": commands_page}


def main() -> None:
    """Write every page."""
    HERE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
