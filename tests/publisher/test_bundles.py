"""Bundles carry what changed one way; the spoiled, replayed, reordered or forbidden are refused whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from publisher import bundle, bundles, datasets, organizations
from publisher.auth import SYSTEM
from publisher.bundle import Contents
from publisher.signing import open_signer
from publisher.zones import Zone, zone_of
from schemas.errors import Conflict, GongkaiError, Invalid, NotAuthorized
from schemas.model import Dataset, Organization, Resource, replace
from tests.publisher.town import Town, open_town


class Border:
    """An inner and an outer site, and the way between them."""

    def __init__(self, inner: Town, outer: Town) -> None:
        self.inner = inner
        self.outer = outer
        self.trust()

    def trust(self, zones: str = "[public]", names: str = "[]") -> None:
        """Let the outer site take bundles of the inner one."""
        key = open_signer(self.inner.platform.config.data).public_key
        text = f"senders:\n- {{name: intranet, key: '{key}', zones: {zones}, organizations: {names}}}\n"
        (self.outer.platform.config.data / "senders.yaml").write_text(text, encoding="utf-8")

    def send(self, *zones: Zone) -> bytes:
        with self.inner.platform.work(SYSTEM) as work:
            return b"".join(bundles.export(work, "extranet", zones=zones or ("public",)))

    def take(self, data: bytes) -> Contents:
        with self.outer.platform.work(SYSTEM) as work:
            return bundles.take(work, io.BytesIO(data))

    def outside(self) -> dict[str, Dataset]:
        with self.outer.platform.read(SYSTEM) as work:
            return {dataset.name: dataset for dataset in datasets.many(work, datasets.ids(work))}


@pytest.fixture
def border(tmp_path: Path) -> Iterator[Border]:
    with open_town(tmp_path / "inner") as inner, open_town(tmp_path / "outer") as outer:
        inner.platform.config.data.mkdir(exist_ok=True)
        yield Border(inner, outer)


def beds(border: Border, **changes: object) -> Dataset:
    values = {"title": "床位", "name": "beds", "owner": border.inner.health} | changes
    return border.inner.put(Dataset(**values))  # type: ignore[arg-type]


def test_what_is_public_goes_out_and_nothing_else(border: Border) -> None:
    kept = beds(border)
    beds(border, name="inner", visibility="private")
    beds(border, name="limited", access_level="restricted")
    beds(border, name="draft", state="draft")
    data = border.send()
    for word in ("inner", "limited", "draft", border.inner.clerk.id):
        assert word not in data.decode()
    contents = border.take(data)
    assert (contents.datasets, contents.organizations) == (1, 1)
    outside = border.outside()
    assert list(outside) == ["beds"]
    assert (outside["beds"].id, outside["beds"].title) == (kept.id, "床位")


def test_departments_are_known_by_name_or_added(border: Border) -> None:
    with border.inner.platform.work(SYSTEM) as work:
        new = organizations.put(work, Organization(name="schools", title="教育局")).id
    beds(border)
    beds(border, name="pupils", owner=new)
    border.take(border.send())
    outside = border.outside()
    assert outside["beds"].owner == border.outer.health
    with border.outer.platform.read(SYSTEM) as work:
        assert organizations.get(work, outside["pupils"].owner).title == "教育局"


def test_only_changes_and_withdrawals_follow(border: Border) -> None:
    first, second = beds(border), beds(border, name="second")
    border.take(border.send())
    border.inner.put(replace(first, title="病床"))
    border.inner.put(replace(second, visibility="private"))
    contents = border.take(border.send())
    assert (contents.datasets, contents.withdrawn, contents.opening.number) == (1, 1, 2)
    outside = border.outside()
    assert (outside["beds"].title, outside["second"].state) == ("病床", "deleted")
    nothing = border.take(border.send())
    assert (nothing.datasets, nothing.withdrawn, nothing.organizations) == (0, 0, 0)


def test_files_travel_with_their_hash(border: Border) -> None:
    stored = border.inner.platform.files.save(io.BytesIO(b"a,b\n" * 400_000))
    beds(border, resources=(Resource(title="表", storage="upload", hash=stored.sha256),))
    contents = border.take(border.send())
    assert contents.files == 1
    with border.outer.platform.files.open(stored.key) as file:
        assert file.read() == b"a,b\n" * 400_000


def test_the_same_state_gives_the_same_bytes(border: Border) -> None:
    beds(border)
    with pytest.raises(RuntimeError), border.inner.platform.work(SYSTEM) as work:
        first = b"".join(bundles.export(work, "extranet"))
        raise RuntimeError("the disk is full")
    assert border.send() == first


def test_every_flipped_byte_is_refused(border: Border) -> None:
    stored = border.inner.platform.files.save(io.BytesIO(b"a,b\n1,2\n"))
    beds(border, resources=(Resource(title="表", storage="upload", hash=stored.sha256),))
    data = border.send()
    key = open_signer(border.inner.platform.config.data).public_key
    assert bundle.verify(io.BytesIO(data), key=key).datasets == 1
    unseen = []
    for at in range(len(data)):
        for mask in (0x01, 0x20, 0x80):
            spoiled = bytearray(data)
            spoiled[at] ^= mask
            try:
                bundle.verify(io.BytesIO(bytes(spoiled)), key=key)
            except Invalid:
                continue
            unseen.append((at, mask))
    assert unseen == []


def test_lost_doubled_and_swapped_lines_are_refused_and_leave_nothing(border: Border) -> None:
    beds(border)
    beds(border, name="second")
    lines = border.send().splitlines(keepends=True)
    for spoiled in (
        lines[:-1],
        lines[1:],
        lines[:2] + lines[3:],
        [*lines, lines[-1]],
        [lines[1], lines[0], *lines[2:]],
    ):
        with pytest.raises(Invalid, match="refused whole") as caught:
            border.take(b"".join(spoiled))
        assert caught.value.code == "bundle-spoiled"
    assert border.outside() == {}


def test_replayed_reordered_and_forked_bundles_are_refused(border: Border) -> None:
    kept = beds(border)
    first = border.send()
    border.inner.put(replace(kept, title="二"))
    second = border.send()
    refused(border, second, "bundle-order")
    border.take(first)
    refused(border, first, "bundle-replayed")
    border.take(second)
    refused(border, first, "bundle-replayed")
    assert border.outside()["beds"].title == "二"


def test_a_bundle_that_does_not_follow_is_refused(border: Border, tmp_path: Path) -> None:
    beds(border)
    border.take(border.send())
    with open_town(tmp_path / "twin") as twin:
        (twin.platform.config.data / "signing-key.pem").write_bytes(
            (border.inner.platform.config.data / "signing-key.pem").read_bytes()
        )
        twin.put(Dataset(title="伪", name="forged"))
        for _ in range(2):
            with twin.platform.work(SYSTEM) as work:
                forged = b"".join(bundles.export(work, "extranet"))
    refused(border, forged, "bundle-order")


def test_a_bundle_from_the_future_is_refused(border: Border) -> None:
    border.inner.moment[0] += timedelta(days=1)
    beds(border)
    refused(border, border.send(), "bundle-from-the-future")


def test_unknown_senders_are_refused(border: Border) -> None:
    beds(border)
    data = border.send()
    (border.outer.platform.config.data / "senders.yaml").unlink()
    refused(border, data, "unknown-sender")
    (border.outer.platform.config.data / "senders.yaml").write_text("senders: [{name: x, key: y}]", encoding="utf-8")
    refused(border, data, "bad-senders-file")


def test_policy_of_the_receiver_limits_zones_and_organizations(border: Border) -> None:
    beds(border, name="limited", access_level="restricted")
    data = border.send("public", "shared")
    refused(border, data, "zone-refused")
    border.trust("[public, shared]", "[housing]")
    refused(border, data, "organization-refused")
    border.trust("[public, shared]", "[health]")
    border.take(data)
    assert list(border.outside()) == ["limited"]


def test_records_of_the_receiver_are_never_changed(border: Border) -> None:
    kept = beds(border)
    border.outer.put(Dataset(id=kept.id, title="外网自有", name="own"))
    data = border.send()
    refused(border, data, "bundle-collision")
    assert border.outside()["own"].title == "外网自有"


def test_one_bad_record_refuses_the_whole(border: Border) -> None:
    beds(border, name="aaa")
    beds(border, name="taken")
    border.outer.put(Dataset(title="占用", name="taken"))
    refused(border, border.send(), "name-taken")
    assert list(border.outside()) == ["taken"]


def test_only_administrators_carry_bundles(border: Border) -> None:
    with pytest.raises(NotAuthorized), border.inner.platform.work(border.inner.officer) as work:
        list(bundles.export(work, "extranet"))
    with pytest.raises(NotAuthorized), border.outer.platform.work(border.outer.officer) as work:
        bundles.take(work, io.BytesIO(b""))
    with pytest.raises(Invalid), border.inner.platform.work(SYSTEM) as work:
        list(bundles.export(work, "No Such/Name"))


def test_zones_follow_from_what_a_record_says() -> None:
    assert zone_of(Dataset()) == "public"
    assert zone_of(Dataset(access_level="restricted")) == "shared"
    assert zone_of(Dataset(visibility="private")) == "internal"
    assert zone_of(Dataset(state="draft")) == "internal"


def refused(border: Border, data: bytes, code: str) -> None:
    before = border.outside()
    with pytest.raises(GongkaiError) as caught:
        border.take(data)
    assert caught.value.code == code
    assert isinstance(caught.value, (Conflict, Invalid, NotAuthorized))
    assert border.outside() == before
