"""Citizens, clerks and officers find their way through log, requests, questions and scoreboard, in both languages."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from publisher import chain, datasets, log, requests, usage, users
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.chain import Proof
from schemas.model import Dataset, Resource, replace
from tests.publisher.test_catalogue_states import FIELDS
from tests.publisher.town import Town, open_town
from web.app import create_app
from web.counting import EXTENSION

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "Accept-Language": "en"}


class Reader:
    """A browser: keeps cookies, follows redirects and fills in the token of forms."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **arguments: Any) -> TestResponse:
        return self.client.get(path, headers=BROWSER, **arguments)

    def send(self, path: str, via: str = "", **form: Any) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(via or path).text)
        assert found
        data = {"csrf_token": found[1], **form}
        return self.client.post(path, data=data, headers=BROWSER, follow_redirects=True)

    def log_in(self, name: str) -> Reader:
        assert self.send("/user/login", name=name, password="a long password").status_code == 200
        return self


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        resources = (Resource(id="r1", title="床位表", url="http://x/1"),)
        opened.put(Dataset(title="医院床位", name="beds", owner=opened.health, resources=resources))
        opened.put(Dataset(title="内部", name="inner", owner=opened.health, visibility="private"))
        yield opened


@pytest.fixture
def reader(town: Town) -> Reader:
    return browse(town)


def browse(town: Town) -> Reader:
    return Reader(create_app(platform=town.platform).test_client())


ASK = {
    "organization": "health",
    "title": "护士人数",
    "content": "请提供各医院护士人数。",
    "name": "某人",
    "email": "a@b.cn",
}


@pytest.mark.parametrize(
    "path",
    [
        "/log",
        "/log?event=published",
        "/log?organization=health",
        "/request",
        "/request/new",
        "/request/new?dataset=beds",
        "/dataset/beds/questions",
        "/scoreboard",
        "/scoreboard?order=timeliness",
        "/scoreboard/health",
        "/demand",
        "/catalogue",
        "/catalogue/beds",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(reader: Reader, path: str, language: str) -> None:
    answer = reader.get(f"/{language}{path}")
    assert answer.status_code == 200
    assert f'lang="{"zh-Hans-CN" if language == "zh" else "en"}"' in answer.text
    assert "None" not in re.sub(r"<[^>]+>", "", answer.text)


@pytest.mark.parametrize(
    "path", ["/request/20260101-00000000", "/log/99", "/scoreboard/none", "/dataset/inner/questions"]
)
def test_what_is_absent_or_hidden_is_not_found(reader: Reader, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_the_log_is_downloaded_and_proved(reader: Reader, town: Town) -> None:
    page = reader.get("/log").text
    assert "医院床位" in page
    lines = reader.get("/log.jsonl").data.splitlines(keepends=True)
    with town.platform.read(ANONYMOUS) as work:
        key = log.public_key(work)
    assert key in page
    assert log.verify_file(lines, key=key).sound
    kept = chain.read_checkpoint(reader.get("/log/checkpoint").data.strip())
    assert log.verify_file(lines, key=key, kept=kept).sound
    body = json.loads(reader.get("/log/1").data)
    entry = chain.check_proof(chain.msgspec.convert(body["proof"], Proof), key=key)
    assert entry is not None
    assert chain.hash_of(body["document"].encode()) == entry.digest
    feed = reader.get("/feeds/log.atom")
    assert feed.mimetype == "application/atom+xml"
    assert "/log/1</id>" in feed.text


def test_a_citizen_asks_without_an_account_and_comes_back_by_receipt(reader: Reader, town: Town) -> None:
    sent = reader.send("/request/new", **ASK)
    assert sent.status_code == 200
    found = re.search(r"(\d{8}-\d{8})  ([\w-]{20,})", sent.text)
    assert found
    number, receipt = found[1], found[2]
    assert receipt not in reader.get(f"/request/{number}").text
    stranger = browse(town)
    assert stranger.get(f"/request/{number}").status_code == 404
    assert stranger.send("/request", number=number, receipt="wrong").status_code == 422
    assert "护士人数" in stranger.send("/request", number=number, receipt=receipt).text
    assert "Withdraw my request" in stranger.get(f"/request/{number}").text
    assert "withdrawn" in stranger.send(f"/request/{number}", act="withdraw").text


def test_a_bad_form_says_what_is_wrong_and_keeps_what_was_typed(reader: Reader) -> None:
    refused = reader.send("/request/new", **{**ASK, "title": "", "content": "短"})
    assert refused.status_code == 422
    assert "Describe what is asked for." in refused.text
    assert "短" in refused.text
    assert 'href="#title"' in refused.text
    assert reader.send("/request/new", **{**ASK, "dataset": "inner"}).status_code in (404, 422)


def test_robots_that_fill_the_trap_are_refused(reader: Reader, town: Town) -> None:
    assert reader.send("/request/new", website="http://spam", **ASK).status_code == 400
    with town.platform.read(SYSTEM) as work:
        assert requests.numbers(work)[""].received == 0


def test_clerk_and_officer_handle_a_request_on_its_page(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    path = f"/request/{request.number}"
    clerk, officer = browse(town).log_in("clerk"), browse(town).log_in("officer")
    assert request.number in clerk.get("/organization/health/desk").text
    assert "in progress" in clerk.send(path, act="accept").text
    assert "Legal ground of a refusal" not in clerk.get(path).text
    assert clerk.send(path, act="decide", outcome="granted", answer="好").status_code == 403
    refused = officer.send(path, act="decide", outcome="refused", answer="不公开。")
    assert refused.status_code == 422
    assert "listed legal grounds" in refused.text
    assert "不公开。" in refused.text
    assert officer.send(path, act="decide", outcome="granted", answer="同意。", publish="1").status_code == 200
    assert clerk.send(path, act="deliver", resources="r1", days="30").status_code == 200
    citizen = browse(town).log_in("citizen")
    assert "床位表" in citizen.get(path).text
    assert "Granted to me" in citizen.get("/request").text
    assert "同意。" in browse(town).get("/request").text
    assert officer.send(path, act="decide", outcome="granted", answer="再次").status_code == 409
    assert officer.send(path, act="explode").status_code == 400


def test_strangers_do_not_see_a_desk(town: Town) -> None:
    assert browse(town).get("/organization/health/desk").status_code == 403
    assert browse(town).log_in("colleague").get("/organization/health/desk").status_code == 403


def test_a_reader_asks_and_the_department_answers(reader: Reader, town: Town) -> None:
    path = "/dataset/beds/questions"
    sent = reader.send(path, kind="error", text="<script>alert(1)</script> 有一处错误", name="某人", field="床位")
    assert "Your message is public" in sent.text
    assert "<script>alert" not in sent.text
    clerk = browse(town).log_in("clerk")
    desk = clerk.get("/organization/health/desk").text
    found = re.search(r'name="message" value="([^"]+)"', desk)
    assert found
    assert clerk.send("/organization/health/desk", message=found[1], act="answer", note="").status_code == 422
    clerk.send("/organization/health/desk", message=found[1], act="answer", note="已更正。")
    assert "已更正。" in browse(town).get(path).text
    erased = reader.send(path, erase=found[1])
    assert "已更正。" not in erased.text


def test_a_held_message_is_not_shown_before_it_is_released(reader: Reader, town: Town) -> None:
    path = "/dataset/beds/questions"
    assert "looks at it before" in reader.send(path, text="请打 13800138000").text
    assert "13800138000" not in browse(town).get(path).text
    clerk = browse(town).log_in("clerk")
    found = re.search(r'name="message" value="([^"]+)"', clerk.get("/organization/health/desk").text)
    assert found
    clerk.send("/organization/health/desk", message=found[1], act="release")
    assert "请打 ***********" in browse(town).get(path).text


def test_a_reader_rates_once(reader: Reader) -> None:
    path = "/dataset/beds/questions"
    reader.send(path, stars="2")
    assert "by 1 reader" in reader.send(path, stars="5").text
    assert reader.send(path, stars="9").status_code == 422


def test_the_scoreboard_is_downloaded_with_its_digits(reader: Reader) -> None:
    rows = list(csv.DictReader(io.StringIO(reader.get("/scoreboard.csv").text.removeprefix("\ufeff"))))
    assert [row["organization"] for row in rows][:1] == [""]
    health = next(row for row in rows if row["organization"] == "health")
    assert (health["registered"], health["disclosure_rate"]) == ("2", "0.5")
    assert json.loads(reader.get("/scoreboard.json").data)["lines"][0]["open"] == 1
    assert "内部" not in reader.get("/scoreboard/health").text


def test_views_downloads_and_vain_searches_are_counted_without_a_cookie(reader: Reader, town: Town) -> None:
    fresh = reader.get("/dataset/beds")
    assert fresh.status_code == 200
    assert "Set-Cookie" not in fresh.headers
    reader.get("/dataset/beds/resource/r1/download")
    reader.client.get("/dataset/beds", headers={"User-Agent": "Googlebot/2.1"})
    reader.client.application.extensions[EXTENSION].flush()
    with town.platform.read(SYSTEM) as work:
        beds = datasets.find(work, "beds")
        assert beds is not None
        counted = usage.of(work, [beds.id])[beds.id]
    assert (counted.views, counted.downloads) == (1, 1)


def test_restricted_files_are_told_of_and_not_given(town: Town) -> None:
    town.put(
        Dataset(
            title="限制",
            name="limited",
            owner=town.health,
            access_level="restricted",
            resources=(Resource(id="r9", title="明细", storage="upload", hash="0" * 64),),
        )
    )
    reader = browse(town)
    page = reader.get("/dataset/limited").text
    assert "This data is not open to everybody." in page
    assert "/request/new?dataset=limited" in page
    assert reader.get("/dataset/limited/resource/r9/download").status_code == 403
    assert "Ask for access" in reader.get("/dataset/limited/resource/r9").text


def test_a_catalogue_record_is_submitted_registered_and_published(town: Town) -> None:
    record = Dataset(
        title="医院床位信息",
        name="beds-record",
        description="各医院床位。",
        owner=town.health,
        profile="shared-information",
        frequency="monthly",
        issued="2026-11-01",
        state="draft",
        fields=FIELDS | {"sharing_type": "refused"},
    )
    town.put(record)
    with town.platform.work(SYSTEM) as work:
        users.add(work, "reviewer", password="a long password", sysadmin=True)
    path = "/catalogue/beds-record"
    clerk, officer, reviewer = (browse(town).log_in(name) for name in ("clerk", "officer", "reviewer"))
    refused = clerk.send(path, act="submit")
    assert refused.status_code == 422
    assert "fields.refusal_basis" in refused.text
    with town.platform.read(SYSTEM) as work:
        kept = datasets.get(work, "beds-record")
    town.put(replace(kept, fields=kept.fields | {"refusal_basis": "《某法》第一条"}))
    assert "submitted" in clerk.send(path, act="submit").text
    assert "beds-record" in reviewer.get("/catalogue").text
    assert "Register" not in officer.get(path).text
    assert reviewer.send(path, act="register").status_code == 200
    assert browse(town).get(path).status_code == 404
    assert officer.send(path, act="publish").status_code == 200
    page = browse(town).get("/catalogue?sharing=refused&class=3").text
    assert "307001/000001" in page
    assert "《某法》第一条" in page
    assert reviewer.send(path, via="/request", act="register").status_code == 409
    assert reviewer.send(path, via="/request", act="explode").status_code == 400


def test_duties_lead_to_what_must_be_done(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    assert browse(town).get("/duties").status_code == 302
    page = browse(town).log_in("clerk").get("/duties").text
    assert f"/request/{request.number}" in page
    assert "Handle a request" in page
    assert "Nothing waits for you." in browse(town).log_in("colleague").get("/duties").text
