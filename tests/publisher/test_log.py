"""The disclosure log tells of every public act, of nothing hidden, and no byte of it can be altered unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from publisher import chain, config, datasets, log
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.chain import START, Checkpoint, Entry, Step
from publisher.disclosure_orm import CheckpointRow, DisclosureRow
from publisher.orm import DatasetRow
from publisher.signing import Signer, open_signer
from publisher.wiring import Platform, open_platform
from schemas.errors import NotAuthorized, NotFound
from schemas.model import Dataset, replace
from tests.publisher.memory import MemoryIndex

AIR = Dataset(title="空气质量监测", name="air-quality")


def put(platform: Platform, dataset: Dataset) -> Dataset:
    with platform.work(SYSTEM) as work:
        return datasets.put(work, dataset)


def exported(platform: Platform) -> list[bytes]:
    with platform.read(ANONYMOUS) as work:
        return list(log.export(work))


def events(platform: Platform) -> list[tuple[str, int]]:
    with platform.read(ANONYMOUS) as work:
        return [(entry.event, entry.revision) for entry in reversed(log.entries(work))]


def test_the_life_of_a_dataset_stands_in_the_log(platform: Platform) -> None:
    kept = put(platform, AIR)
    put(platform, replace(kept, title="空气"))
    with platform.work(SYSTEM) as work:
        datasets.remove(work, kept.id)
    assert events(platform) == [("published", 1), ("changed", 2), ("withdrawn", 3)]
    with platform.read(ANONYMOUS) as work:
        published = log.entries(work)[-1]
    assert published.digest == chain.hash_of(msgspec.json.encode(kept))


def test_hidden_records_leave_no_word(platform: Platform) -> None:
    kept = put(platform, replace(AIR, visibility="private"))
    kept = put(platform, replace(kept, title="内部"))
    put(platform, Dataset(title="草稿", state="draft"))
    assert events(platform) == []
    kept = put(platform, replace(kept, visibility="public"))
    put(platform, replace(kept, visibility="private"))
    with platform.work(SYSTEM) as work:
        datasets.purge(work, kept.id)
    assert events(platform) == [("published", 3), ("withdrawn", 4)]
    assert "内部" not in b"".join(exported(platform)).decode()


def test_what_is_dropped_is_not_told(platform: Platform) -> None:
    with pytest.raises(RuntimeError), platform.work(SYSTEM) as work:
        datasets.put(work, AIR)
        raise RuntimeError("the work ends here")
    with platform.work(SYSTEM) as work:
        datasets.put(work, replace(AIR, name="one"))
        with pytest.raises(RuntimeError), work.savepoint():
            datasets.put(work, replace(AIR, name="two"))
            raise RuntimeError("this part ends here")
    assert events(platform) == [("published", 1)]


def test_an_exported_log_is_sound_and_names_its_key(platform: Platform) -> None:
    for number in range(5):
        put(platform, replace(AIR, name=f"air-{number}"))
    with platform.read(ANONYMOUS) as work:
        key, end = log.public_key(work), log.head(work)
    verdict = log.verify_file(exported(platform), key=key)
    assert verdict.sound
    assert (verdict.entries, verdict.checkpoints, verdict.head, verdict.keys) == (5, 2, end.head, (key,))


def test_an_empty_log_is_sound(platform: Platform) -> None:
    verdict = log.verify_file(exported(platform))
    assert (verdict.sound, verdict.entries, verdict.head) == (True, 0, START)


def test_every_flipped_byte_is_found(platform: Platform) -> None:
    for number in range(3):
        put(platform, replace(AIR, name=f"air-{number}"))
    whole = b"".join(exported(platform))
    key = open_signer(platform.config.data).public_key
    unseen = []
    for at in range(len(whole)):
        for mask in (0x01, 0x20, 0x80):
            spoiled = bytearray(whole)
            spoiled[at] ^= mask
            if log.verify_file(bytes(spoiled).splitlines(keepends=True), key=key).sound:
                unseen.append((at, mask))
    assert unseen == []


def test_lines_cannot_be_dropped_doubled_or_swapped(platform: Platform) -> None:
    for number in range(4):
        put(platform, replace(AIR, name=f"air-{number}"))
    lines = exported(platform)
    key = open_signer(platform.config.data).public_key
    for at in range(len(lines)):
        assert not log.verify_file(lines[:at] + lines[at + 1 :], key=key).sound
        assert not log.verify_file([*lines[: at + 1], *lines[at:]], key=key).sound
        if at:
            assert not log.verify_file([*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]], key=key).sound
    assert log.verify_file(lines, key=key).sound


def test_a_log_written_anew_with_another_key_is_refused(platform: Platform, tmp_path: Path) -> None:
    put(platform, AIR)
    key = open_signer(platform.config.data).public_key
    forged = forge(open_signer(tmp_path / "thief"), 3)
    assert log.verify_file(forged).sound
    assert log.verify_file(forged, key=key).fault


def test_a_log_written_anew_by_its_own_keeper_differs_from_what_people_kept(tmp_path: Path) -> None:
    signer = open_signer(tmp_path)
    kept = chain.read_checkpoint(forge(signer, 3)[-1])
    assert log.verify_file(forge(signer, 5), kept=kept).sound
    assert log.verify_file(forge(signer, 5, owner="another"), kept=kept).fault
    assert log.verify_file(forge(signer, 2), kept=kept).fault


def forge(signer: Signer, count: int, owner: str = "") -> list[bytes]:
    """Write a log without a site: `count` entries and one checkpoint."""
    moment, lines, hashes = datetime(2026, 11, 1, tzinfo=UTC), list[bytes](), list[str]()
    for number in range(1, count + 1):
        entry = Entry(
            number=number,
            at=moment + timedelta(seconds=number),
            event="published",
            kind="dataset",
            subject=f"d{number}",
            owner=owner,
            revision=1,
            digest="",
            detail={},
            previous=hashes[-1] if hashes else START,
        )
        lines.append(chain.line_of(entry) + b"\n")
        hashes.append(chain.hash_of(lines[-1][:-1]))
    made = Checkpoint(
        number=count,
        first=1,
        at=moment,
        head=hashes[-1],
        root=chain.merkle_root(hashes),
        previous=START,
        key=signer.public_key,
        signature="",
    )
    signed = msgspec.structs.replace(made, signature=signer.sign(chain.unsigned(made)))
    return [*lines, chain.line_of(signed) + b"\n"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (update(DisclosureRow).where(DisclosureRow.number == 2).values(owner_id="x"), "columns of entry 2"),
        (update(DisclosureRow).where(DisclosureRow.number == 2).values(line="{}"), "cannot be read"),
        (delete(DisclosureRow).where(DisclosureRow.number == 3), "checkpoint before"),
        (delete(DisclosureRow).where(DisclosureRow.number == 2), "number should be 2"),
        (update(CheckpointRow).values(line=CheckpointRow.line.concat(" ")), "signature"),
        (update(DatasetRow).values(document=DatasetRow.document.concat(" ")), "is not what the log last said"),
        (update(DatasetRow).where(DatasetRow.name == "air-1").values(state="deleted"), "no longer public"),
        (delete(DatasetRow).where(DatasetRow.name == "air-1"), "no longer public"),
        (update(DatasetRow).where(DatasetRow.name == "air-9").values(visibility="public"), "air-9 is not what"),
    ],
)
def test_whoever_alters_the_database_is_found(platform: Platform, statement: object, said: str) -> None:
    for number in range(3):
        put(platform, replace(AIR, name=f"air-{number}"))
    put(platform, replace(AIR, name="air-9", visibility="private"))
    with platform.read(ANONYMOUS) as work:
        assert log.verify(work).sound
    with platform.work(SYSTEM) as work:
        log.checkpoint(work)
    with platform.engine.begin() as connection:
        connection.execute(statement)  # type: ignore[call-overload]
    with platform.read(ANONYMOUS) as work:
        fault = log.verify(work).fault
    assert fault is not None
    assert said in fault.en


def test_each_version_is_proved_alone(platform: Platform) -> None:
    kept = put(platform, AIR)
    for number in range(6):
        kept = put(platform, replace(kept, title=f"空气 {number}"))
    with platform.read(ANONYMOUS) as work:
        key = log.public_key(work)
        for number in range(1, 8):
            proof = log.proof(work, number)
            entry = chain.check_proof(proof, key=key)
            assert entry is not None
            assert entry.revision == number
        with pytest.raises(NotFound):
            log.proof(work, 8)
    assert chain.check_proof(proof, key="0" * 64) is None
    assert chain.check_proof(msgspec.structs.replace(proof, entry=proof.entry.replace("changed", "altered"))) is None
    assert chain.check_proof(msgspec.structs.replace(proof, path=(Step("left", "zz"),))) is None


@given(st.integers(0, 70), st.data())
def test_every_entry_of_every_range_reaches_its_root(size: int, data: st.DataObject) -> None:
    hashes = [chain.hash_of(str(number).encode()) for number in range(size)]
    root = chain.merkle_root(hashes)
    if not size:
        assert root == chain.hash_of(b"")
        return
    index = data.draw(st.integers(0, size - 1))
    node = bytes.fromhex(chain.merkle_root([hashes[index]]))
    for step in chain.merkle_path(hashes, index):
        other = bytes.fromhex(step.hash)
        pair = other + node if step.side == "left" else node + other
        node = bytes.fromhex(chain.hash_of(b"\x01" + pair))
    assert node.hex() == root


def test_checkpoints_come_with_time_and_with_number(tmp_path: Path) -> None:
    moment = [datetime(2026, 11, 2, 1, tzinfo=UTC)]
    settings = config.load({}, data=tmp_path, password_cost="low")
    with open_platform(settings, upgrade=True, search=MemoryIndex(), clock=lambda: moment[0]) as platform:
        put(platform, replace(AIR, name="one"))
        put(platform, replace(AIR, name="two"))
        moment[0] += timedelta(hours=1)
        put(platform, replace(AIR, name="three"))
        with platform.work(SYSTEM) as work:
            for number in range(1000):
                datasets.put(work, replace(AIR, name=f"air-{number}"))
        with platform.read(ANONYMOUS) as work:
            assert log.length(work) == 1003
            assert log.verify(work).sound
        lines = exported(platform)
    marks = [chain.read_checkpoint(line).number for line in lines if line.startswith(b'{"type":"checkpoint"')]
    assert marks == [1, 3, 1003]


def test_a_clock_that_runs_back_does_not_break_the_chain(tmp_path: Path) -> None:
    moment = [datetime(2026, 11, 2, 1, tzinfo=UTC)]
    settings = config.load({}, data=tmp_path, password_cost="low")
    with open_platform(settings, upgrade=True, search=MemoryIndex(), clock=lambda: moment[0]) as platform:
        put(platform, replace(AIR, name="one"))
        moment[0] -= timedelta(days=2)
        put(platform, replace(AIR, name="two"))
        with platform.read(ANONYMOUS) as work:
            assert log.verify(work).sound
            assert log.entries(work)[0].at == log.entries(work)[1].at


def test_writers_at_once_make_one_chain(platform: Platform) -> None:
    def write(number: int) -> None:
        for part in range(5):
            put(platform, replace(AIR, name=f"air-{number}-{part}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    with platform.read(ANONYMOUS) as work:
        assert log.length(work) == 30
        assert log.verify(work).sound


def test_only_administrators_keep_checkpoints(platform: Platform) -> None:
    put(platform, AIR)
    put(platform, replace(AIR, name="two"))
    with pytest.raises(NotAuthorized), platform.work(ANONYMOUS) as work:
        log.checkpoint(work)
    with platform.work(SYSTEM) as work:
        made = log.checkpoint(work)
    with platform.work(SYSTEM) as work:
        assert log.checkpoint(work) == made
    assert chain.read_checkpoint(exported(platform)[-1]) == made


def test_readers_filter_and_page_through_the_log(platform: Platform) -> None:
    first, second = put(platform, AIR), put(platform, replace(AIR, name="two", owner="bureau"))
    put(platform, replace(second, title="二"))
    with platform.read(ANONYMOUS) as work:
        assert [entry.subject for entry in log.entries(work, owner="bureau")] == [second.id, second.id]
        assert [entry.number for entry in log.entries(work, subject=first.id)] == [1]
        assert [entry.number for entry in log.entries(work, events=("changed",))] == [3]
        assert [entry.number for entry in log.entries(work, before=3, limit=1)] == [2]
