"""The command line `gongkai`: a thin skin over publisher and harvester.

Exit codes: 0 done, 1 the answer is no (an invalid table, a drifted index, a failed run), 2 it could not be done.
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

import click

from schemas.errors import GongkaiError
from web.commands import COMMANDS


def _version() -> str:
    try:
        return version("gongkai")
    except PackageNotFoundError:
        return "unreleased"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(_version(), prog_name="gongkai")
def gongkai() -> None:
    """Publish departments' data: a portal, a CKAN-compatible API, harvests and checks.

    发布部门数据：门户、与 CKAN 兼容的接口、采集与校验。

    Settings come from GONGKAI_… variables; see `gongkai config show`.
    """


for command in COMMANDS:
    gongkai.add_command(command)


def main() -> None:
    """Run the command line; every refusal is one line on standard error and exit code 2."""
    try:
        gongkai(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except GongkaiError as error:
        click.echo(f"gongkai: {error.message.en}\n         {error.message.zh}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
