"""How commands open the site that the environment describes, and print what they found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import orjson

from publisher.wiring import Platform, open_platform
from web.environment import settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts. 以 JSON 输出。")


@contextmanager
def site(*, upgrade: bool = False, **overrides: Any) -> Iterator[Platform]:
    """Open the site; a fresh one is made, one that lags behind is refused unless `upgrade`."""
    config = settings(**overrides)
    fresh = config.database_url.startswith("sqlite") and not (config.data / "gongkai.db").exists()
    with open_platform(config, upgrade=upgrade or fresh) as platform:
        yield platform


def show(value: Any) -> None:
    """Print a value as indented JSON."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NAIVE_UTC).decode())
