"""A fresh, empty site for the recorded contract: the users `admin` and `golden-user`, and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from publisher import config, users
from publisher.auth import SYSTEM
from publisher.wiring import Platform, open_platform
from web.app import create_app


@contextmanager
def fresh_site(**settings: Any) -> Iterator[tuple[Any, str, str]]:
    """Yield (wsgi_app, admin_token, user_token) of an empty site; `settings` override those of the recording."""
    with (
        tempfile.TemporaryDirectory(prefix="gongkai-contract-") as folder,
        open_site(Path(folder), **settings) as opened,
    ):
        platform, admin, user = opened
        yield create_app(platform=platform), admin, user


@contextmanager
def open_site(folder: Path, **settings: Any) -> Iterator[tuple[Platform, str, str]]:
    """Open a site with its two accounts and a token for each."""
    recorded = {"site_title_en": "CKAN", "default_language": "en", "password_cost": "low", "testing": True}
    with open_platform(config.load({}, data=folder, **{**recorded, **settings}), upgrade=True) as platform:
        with platform.work(SYSTEM) as work:
            admin = users.add(work, "admin", password="admin-password", sysadmin=True, email="admin@example.org")
            golden = users.add(
                work,
                "golden-user",
                password="golden-password",
                email="golden-user@example.org",
                full_name="Golden User",
            )
            secrets = [users.create_token(work, person, "contract")[0] for person in (admin, golden)]
        yield platform, secrets[0], secrets[1]
