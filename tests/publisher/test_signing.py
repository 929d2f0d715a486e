"""The site's key is made once, stays private, and its signatures bind exactly what was signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.signing import KEY_FILE, fingerprint, genuine, open_signer
from schemas.errors import Invalid


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = open_signer(tmp_path / "data")
    assert open_signer(tmp_path / "data").public_key == first.public_key
    assert (tmp_path / "data" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [KEY_FILE]


def test_a_signature_binds_key_and_payload(tmp_path: Path) -> None:
    one, other = open_signer(tmp_path / "one"), open_signer(tmp_path / "other")
    signature = one.sign(b"payload")
    assert genuine(one.public_key, b"payload", signature)
    assert not genuine(one.public_key, b"Payload", signature)
    assert not genuine(other.public_key, b"payload", signature)
    assert not genuine(one.public_key, b"payload", signature.upper())
    assert not genuine(one.public_key, b"payload", signature[:-2])
    assert not genuine("", b"payload", signature)


def test_a_spoiled_key_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("not a key", encoding="ascii")
    with pytest.raises(Invalid, match=KEY_FILE) as caught:
        open_signer(tmp_path)
    assert caught.value.code == "bad-signing-key"


def test_people_compare_keys_in_groups_of_four() -> None:
    groups = fingerprint("00" * 32).split(" ")
    assert len(groups) == 16
    assert {len(group) for group in groups} == {4}
