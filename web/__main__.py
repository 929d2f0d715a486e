"""`python -m web` is the command line."""

from __future__ import annotations

from web.cli import main

main()
