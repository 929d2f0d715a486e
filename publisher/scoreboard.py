"""The scoreboard: how each department discloses, keeps its update cycles, passes its checks and answers.

The formulae stand in docs/disclosure.md. A board is computed in one pass over the catalogue and kept once a day, so
that trends can be drawn and a large site need not compute it for a reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from statistics import median

import msgspec
from sqlalchemy import delete, func, insert, select

from publisher import datasets, feedback, links, requests, workdays
from publisher.auth import Permission
from publisher.chain import Entry
from publisher.disclosure_orm import ScoreRow
from publisher.feedback_values import Numbers as FeedbackNumbers
from publisher.links import Health
from publisher.orm import CheckRow, DatasetRow
from publisher.quality import days_late, quality
from publisher.request_values import Numbers as RequestNumbers
from publisher.work import Work
from schemas.model import Dataset, decode_dataset

FRESH = timedelta(hours=26)
PAGE = 5000


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One department's line; `organization` is empty for all together. Rates are None where nothing can be judged."""

    organization: str
    registered: int = 0
    open: int = 0
    shared: int = 0
    judged: int = 0
    on_time: int = 0
    rows: int = 0
    valid_rows: int = 0
    links: int = 0
    live_links: int = 0
    points: float = 0.0
    requests: RequestNumbers = RequestNumbers()
    feedback: FeedbackNumbers = FeedbackNumbers()

    @property
    def disclosure_rate(self) -> float | None:
        """Answer which share of the registered datasets is open or shared."""
        return _rate(self.open + self.shared, self.registered)

    @property
    def timeliness(self) -> float | None:
        """Answer which share of the open and shared datasets with an update cycle keeps it."""
        return _rate(self.on_time, self.judged)

    @property
    def pass_rate(self) -> float | None:
        """Answer which share of the rows in the last checks had no fault."""
        return _rate(self.valid_rows, self.rows)

    @property
    def link_health(self) -> float | None:
        """Answer which share of the addresses of files kept elsewhere answered when asked last."""
        return _rate(self.live_links, self.links)

    @property
    def metadata_quality(self) -> float | None:
        """Answer the mean quality of the open and shared records, 0 to 1."""
        return _rate(self.points, self.open + self.shared)

    @property
    def answered_on_time(self) -> float | None:
        """Answer which share of decided requests and answered messages was in time."""
        return _rate(self.requests.on_time + self.feedback.on_time, self.requests.decided + self.feedback.answered)


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """All lines at one moment, by organization id; the line of all stands under the empty id."""

    at: datetime
    scores: dict[str, Score]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset behind a department's line: what it is late by, what its record lacks, which rows failed."""

    id: str
    name: str
    title: str
    late: int | None
    quality: float
    missing: tuple[str, ...]
    rows: int
    faulty: int
    dead_links: int


class FromLog(msgspec.Struct, frozen=True, kw_only=True):
    """What the public log alone says of a department."""

    public: int = 0
    received: int = 0
    decided: int = 0
    on_time: int = 0
    median_days: float | None = None


_BOARD = msgspec.json.Decoder(Score)


def compute(work: Work) -> Board:
    """Compute the board from the catalogue, its checks, requests and feedback as they stand."""
    work.require(Permission.SITE_READ)
    tallies: dict[str, _Tally] = {"": _Tally()}
    faults, health = _faults(work), links.health(work)
    for row in _rows(work):
        dataset = decode_dataset(row)
        line = _Facts(dataset, work.now, faults.get(dataset.id, (0, 0)), health.get(dataset.id, Health()))
        for key in {"", dataset.owner}:
            tallies.setdefault(key, _Tally()).add(line)
    asked, told = requests.numbers(work), feedback.numbers(work)
    keys = {*tallies, *asked, *told}
    scores = {
        key: tallies.get(key, _Tally()).score(key, asked.get(key, RequestNumbers()), told.get(key, FeedbackNumbers()))
        for key in sorted(keys)
    }
    return Board(at=work.now, scores=scores)


def keep(work: Work) -> Board:
    """Compute the board and keep it as today's; run it daily as the site."""
    work.require(Permission.SITE_ADMIN)
    board = compute(work)
    day = workdays.local_day(work.now)
    work.session.execute(delete(ScoreRow).where(ScoreRow.day == day))
    rows = [
        {"day": day, "organization_id": key, "at": board.at, "document": msgspec.json.encode(score).decode()}
        for key, score in board.scores.items()
    ]
    work.session.execute(insert(ScoreRow), rows)
    work.record("keep-scores", "scoreboard", day.isoformat(), lines=len(rows))
    return board


def newest(work: Work) -> Board:
    """Answer the board kept within the last day, or compute it."""
    work.require(Permission.SITE_READ)
    day, at = work.session.execute(select(func.max(ScoreRow.day), func.max(ScoreRow.at))).one()
    if day is None or work.now - at > FRESH:
        return compute(work)
    rows = work.session.execute(select(ScoreRow.organization_id, ScoreRow.document).where(ScoreRow.day == day))
    return Board(at=at, scores={key: _BOARD.decode(document) for key, document in rows})


def trend(work: Work, organization: str, *, days: int = 90) -> list[tuple[date, Score]]:
    """Answer a department's kept lines (all together for the empty id), oldest first."""
    work.require(Permission.SITE_READ)
    since = workdays.local_day(work.now) - timedelta(days=days)
    rows = work.session.execute(
        select(ScoreRow.day, ScoreRow.document)
        .where(ScoreRow.organization_id == organization, ScoreRow.day >= since)
        .order_by(ScoreRow.day)
    )
    return [(day, _BOARD.decode(document)) for day, document in rows]


def details(work: Work, organization: str, *, limit: int = 500) -> list[Line]:
    """Answer the datasets behind a department's line that the actor may see, the latest and poorest first."""
    faults, health = _faults(work), links.health(work)
    lines = []
    for document in _rows(work, organization):
        dataset = decode_dataset(document)
        if _counted(dataset) and work.may(Permission.DATASET_READ, datasets.subject(dataset)):
            checked, asked = faults.get(dataset.id, (0, 0)), health.get(dataset.id, Health())
            lines.append(_line(dataset, work.now, checked, asked))
    worst = sorted(lines, key=lambda line: (-(line.late or 0), -line.faulty, -line.dead_links, line.quality, line.name))
    return worst[:limit]


def from_log(entries: Iterable[Entry]) -> dict[str, FromLog]:
    """Recompute from the public log alone what it can prove: public datasets and answers, by organization id."""
    public: dict[str, str] = {}
    asked: dict[str, str] = {}
    answers: dict[str, tuple[int, int]] = {}
    for entry in entries:
        if entry.event in ("published", "changed"):
            public[entry.subject] = entry.owner
        elif entry.event == "withdrawn":
            public.pop(entry.subject, None)
        elif entry.kind == "request" and entry.event == "requested":
            asked[entry.subject] = entry.owner
        elif entry.kind == "request" and entry.event == "answered":
            answers[entry.subject] = (int(entry.detail["days"]), int(entry.detail["on_time"]))
    owners = {*public.values(), *asked.values(), ""}
    return {owner: _from_log(owner, public, asked, answers) for owner in owners}


def _from_log(
    owner: str, public: dict[str, str], asked: dict[str, str], answers: dict[str, tuple[int, int]]
) -> FromLog:
    mine = {number for number, asked_of in asked.items() if owner in ("", asked_of)}
    used = [answers[number] for number in mine if number in answers]
    return FromLog(
        public=sum(owner in ("", key) for key in public.values()),
        received=len(mine),
        decided=len(used),
        on_time=sum(on_time for _, on_time in used),
        median_days=float(median(days for days, _ in used)) if used else None,
    )


class _Facts:
    """What one dataset adds to a line."""

    def __init__(self, dataset: Dataset, now: datetime, checked: tuple[int, int], health: Health) -> None:
        self.disclosed = _counted(dataset)
        self.open = self.disclosed and dataset.access_level == "public"
        self.late = days_late(dataset, now) if self.disclosed else None
        self.points = quality(dataset).score if self.disclosed else 0.0
        self.rows, self.faulty = checked if self.disclosed else (0, 0)
        self.health = health if self.disclosed else Health()


class _Tally:
    """Counts a line's datasets."""

    def __init__(self) -> None:
        self.registered = self.open = self.shared = self.judged = self.on_time = self.rows = self.faulty = 0
        self.links = self.live = 0
        self.points = 0.0

    def add(self, facts: _Facts) -> None:
        self.registered += 1
        self.open += facts.open
        self.shared += facts.disclosed and not facts.open
        self.judged += facts.late is not None
        self.on_time += facts.late == 0
        self.rows += facts.rows
        self.faulty += facts.faulty
        self.links += facts.health.asked
        self.live += facts.health.answered
        self.points += facts.points

    def score(self, organization: str, asked: RequestNumbers, told: FeedbackNumbers) -> Score:
        return Score(
            organization=organization,
            registered=self.registered,
            open=self.open,
            shared=self.shared,
            judged=self.judged,
            on_time=self.on_time,
            rows=self.rows,
            valid_rows=self.rows - self.faulty,
            links=self.links,
            live_links=self.live,
            points=round(self.points, 6),
            requests=asked,
            feedback=told,
        )


def _line(dataset: Dataset, now: datetime, checked: tuple[int, int], health: Health) -> Line:
    judged = quality(dataset)
    return Line(
        id=dataset.id,
        name=dataset.name,
        title=dataset.title,
        late=days_late(dataset, now),
        quality=judged.score,
        missing=judged.missing,
        rows=checked[0],
        faulty=checked[1],
        dead_links=health.asked - health.answered,
    )


def _counted(dataset: Dataset) -> bool:
    """Tell whether everybody may read the record."""
    return dataset.state == "active" and dataset.visibility == "public"


def _rows(work: Work, organization: str | None = None) -> Iterable[str]:
    """Answer the documents of all registered datasets: those that were not withdrawn."""
    statement = select(DatasetRow.document).where(DatasetRow.state != "deleted").order_by(DatasetRow.id)
    if organization is not None:
        statement = statement.where(DatasetRow.owner_id == organization)
    return work.session.scalars(statement.execution_options(yield_per=PAGE))


def _faults(work: Work) -> dict[str, tuple[int, int]]:
    """Answer rows and faulty rows of each dataset, from the last check of each of its resources."""
    last: dict[str, tuple[str, int, int]] = {}
    statement = select(CheckRow.dataset_id, CheckRow.resource_id, CheckRow.rows, CheckRow.errors).order_by(
        CheckRow.at, CheckRow.id
    )
    for dataset_id, resource_id, rows, errors in work.session.execute(statement):
        last[resource_id] = (dataset_id, rows or 0, min(errors, rows or 0))
    found: dict[str, tuple[int, int]] = {}
    for dataset_id, rows, faulty in last.values():
        before = found.get(dataset_id, (0, 0))
        found[dataset_id] = (before[0] + rows, before[1] + faulty)
    return found


def _rate(part: float, whole: int) -> float | None:
    return part / whole if whole else None
