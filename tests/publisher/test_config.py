"""Settings are checked when they are read, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher import config
from schemas.errors import Invalid


def test_defaults_need_nothing_but_a_folder(tmp_path: Path) -> None:
    settings = config.load({"GONGKAI_DATA": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'gongkai.db'}"
    assert settings.secret_key == config.load({"GONGKAI_DATA": str(tmp_path)}).secret_key
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GONGKAI_DATABASE_URL", "mysql://x"),
        ("GONGKAI_SEARCH_URL", "solr://x"),
        ("GONGKAI_SITE_URL", "example"),
        ("GONGKAI_UPLOAD_LIMIT_MB", "many"),
        ("GONGKAI_SCHEDULER", "perhaps"),
        ("GONGKAI_DEFAULT_LANGUAGE", "fr"),
        ("GONGKAI_NO_SUCH", "1"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(Invalid, match=variable):
        config.load({"GONGKAI_DATA": str(tmp_path), variable: value})


def test_every_setting_has_help_in_both_languages() -> None:
    assert all(setting.help.zh and setting.help.en for setting in config.SETTINGS)
