"""The site's settings as the environment gives them: the one place of web that reads it."""

from __future__ import annotations

import os
from typing import Any

from publisher.config import Config, load


def settings(**overrides: Any) -> Config:
    """Read the site's settings from the environment; `overrides` win."""
    return load(os.environ, **overrides)
