"""The one way out: limits, retries, conditional requests, and where it may not go."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester.faults import FAULTS, Fetching
from harvester.fetch import Fetcher, Freshness, Limits
from harvester.guard import Allowed
from tests.harvester.departments import Answer, Department, department

LOOPBACK = Allowed(hosts=("127.0.0.1",))
QUICK = Limits(connect=2, read=0.3, wall=2, wire=200_000, decoded=400_000)


@pytest.fixture
def served() -> Iterator[Department]:
    with department() as told:
        yield told


def fetcher(limits: Limits = QUICK, allowed: Allowed = LOOPBACK) -> Fetcher:
    return Fetcher(allowed, limits, sleep=lambda seconds: None)


def read(client: Fetcher, url: str) -> bytes:
    with client.get(url) as got:
        return got.read()


def refusal(url: str, limits: Limits = QUICK, allowed: Allowed = LOOPBACK) -> Fetching:
    with fetcher(limits, allowed) as client, pytest.raises(Fetching) as caught:
        client.get(url)
    return caught.value


def test_an_answer_arrives_whole_with_its_hash(served: Department) -> None:
    served.answers["/data.json"] = Answer('{"dataset": []}', headers={"ETag": '"1"'})
    with fetcher() as client, client.get(served.url("/data.json")) as got:
        assert got.read() == b'{"dataset": []}'
    assert got.freshness.etag == '"1"'
    assert len(got.sha256) == 64
    assert got.content_type == "application/json"


def test_an_unchanged_answer_brings_no_bytes(served: Department) -> None:
    served.answers["/d"] = lambda path, headers: Answer(status=304 if headers.get("if-none-match") == '"1"' else 500)
    with fetcher() as client:
        assert client.get(served.url("/d"), fresh=Freshness(etag='"1"')).unchanged


def test_chunked_and_compressed_answers_are_read(served: Department) -> None:
    served.answers["/c"] = Answer(b"x" * 5000, chunked=True)
    served.answers["/z"] = Answer(gzip.compress(b"y" * 5000), headers={"Content-Encoding": "gzip"})
    with fetcher() as client:
        assert read(client, served.url("/c")) == b"x" * 5000
        assert read(client, served.url("/z")) == b"y" * 5000


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=401), "unauthorized"),
        (Answer(status=403), "forbidden"),
        (Answer(status=404), "not-found"),
        (Answer(status=410), "not-found"),
        (Answer(status=418), "request-refused"),
        (Answer(status=429), "too-many-requests"),
        (Answer(status=500), "server-error"),
        (Answer(b"x" * 1000, cut=400), "truncated"),
        (Answer(b"x", stall=1), "timed-out"),
        (Answer(b"x" * 300_000), "too-large"),
        (Answer(b"no gzip at all", headers={"Content-Encoding": "gzip"}), "damaged-compression"),
        (Answer(status=302, headers={"Location": "file:///etc/passwd"}), "redirect-refused"),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"}), "redirect-refused"),
        (Answer(status=302, headers={"Location": "http://[::1]/"}), "redirect-refused"),
        (Answer(status=302, headers={"Location": "/x"}), "too-many-redirects"),
    ],
)
def test_each_fault_has_its_own_code(served: Department, answer: Answer, code: str) -> None:
    served.answers["/x"] = answer
    fault = refusal(served.url("/x"))
    assert fault.code == code
    assert "{" not in fault.message.zh + fault.message.en + fault.remedy.zh + fault.remedy.en


def test_permanent_errors_are_asked_once_and_transient_ones_again(served: Department) -> None:
    served.answers["/gone"] = Answer(status=404)
    served.answers["/busy"] = [Answer(status=503), Answer(status=429, headers={"Retry-After": "3"}), Answer("{}")]
    waits: list[float] = []
    with Fetcher(LOOPBACK, QUICK, sleep=waits.append) as client:
        with pytest.raises(Fetching):
            client.get(served.url("/gone"))
        assert read(client, served.url("/busy")) == b"{}"
    assert [path for path, _ in served.asked] == ["/gone", "/busy", "/busy", "/busy"]
    assert sum(waits) >= 3.5


def test_a_very_long_retry_after_is_told_not_waited_for(served: Department) -> None:
    served.answers["/busy"] = Answer(status=429, headers={"Retry-After": "86400"})
    fault = refusal(served.url("/busy"))
    assert fault.code == "too-many-requests"
    assert "86400" in fault.message.en
    assert len(served.asked) == 1


def test_a_gzip_bomb_is_stopped_in_little_memory(served: Department) -> None:
    bomb = gzip.compress(b"\0" * 60_000_000, 9)
    served.answers["/bomb"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    fault = refusal(served.url("/bomb"), Limits(decoded=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fault.code == "too-large"
    assert peak < 8_000_000


def test_a_dripping_server_meets_the_wall(served: Department) -> None:
    served.answers["/drip"] = Answer(b"x" * 1000, stall=0.2)
    assert refusal(served.url("/drip"), Limits(read=5, wall=0.1)).code == "too-slow"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/",
        "http://[fe80::1]/",
        "http://100.64.0.1/",
        "http://localhost/",
    ],
)
def test_internal_addresses_are_refused(url: str) -> None:
    assert refusal(url, allowed=Allowed()).code == "address-refused"


def test_a_redirect_to_the_inside_is_refused_on_its_hop(served: Department) -> None:
    served.answers["/in"] = Answer(status=302, headers={"Location": served.url("/x").replace("127.0.0.1", "127.0.0.2")})
    assert refusal(served.url("/in")).code == "redirect-refused"


def test_a_name_that_rebinds_meets_only_the_checked_address(
    served: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["127.0.0.1", "192.0.2.1"])

    def rebinding(host: str, port: int, *args: object, **options: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    fault = refusal("http://rebinding.example/", allowed=Allowed(networks=("10.0.0.0/8",)))
    assert fault.code == "address-refused"
    assert served.asked == []


def test_an_allowed_network_is_reached(served: Department) -> None:
    served.answers["/x"] = Answer("{}")
    with fetcher(allowed=Allowed(networks=("127.0.0.0/8",))) as client:
        assert read(client, served.url("/x")) == b"{}"
    assert served.asked[0][1]["host"] == served.address.removeprefix("http://")


@pytest.mark.parametrize("url", ["ftp://x.example/", "http:///x", "gopher://x", "javascript:alert(1)", "", "x"])
def test_other_schemes_are_no_addresses(url: str) -> None:
    assert refusal(url).code == "bad-address"


def test_nothing_listens(served: Department) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}/").code == "unreachable"


def test_secrets_do_not_follow_to_another_host(served: Department) -> None:
    with department() as other:
        other.answers["/there"] = Answer("{}")
        served.answers["/here"] = Answer(status=302, headers={"Location": other.url("/there")})
        with fetcher() as client:
            client.get(served.url("/here"), headers={"Authorization": "secret"}).close()
        assert served.asked[0][1]["authorization"] == "secret"
        assert "authorization" not in other.asked[0][1]


def test_local_files_need_an_allowed_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "a.csv").write_text("a\n1\n")
    (outside / "secret").write_text("x")
    (inside / "link").symlink_to(outside / "secret")
    allowed = Allowed(folders=(str(inside),))
    with fetcher(allowed=allowed) as client:
        assert read(client, str(inside / "a.csv")) == b"a\n1\n"
        assert read(client, (inside / "a.csv").as_uri()) == b"a\n1\n"
    for path, code in [
        (outside / "secret", "folder-refused"),
        (inside / "link", "folder-refused"),
        (inside / ".." / "out" / "secret", "folder-refused"),
        (inside / "none.csv", "file-missing"),
    ]:
        assert refusal(str(path), allowed=allowed).code == code


def test_every_fault_speaks_both_languages() -> None:
    for code, fault in FAULTS.items():
        told = Fetching(code, "http://host.example/{x}", "detail {y}")
        assert fault.message.zh != fault.message.en
        assert told.finding().code == code
