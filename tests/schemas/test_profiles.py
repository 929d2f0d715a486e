"""Profiles ask for what they should, when they should, and say it in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import profiles
from schemas.checksums import credit_code
from schemas.errors import NotFound
from schemas.model import Contact, Dataset, Resource

EXAMPLES: dict[str, Dataset] = {
    "open-data": Dataset(
        title="深圳市空气质量小时值",
        description="全市十一个监测站点的小时均值，含 PM2.5 与臭氧。",
        keywords=("空气质量",),
        contact=Contact(name="数据处", email="data@example.org"),
        licence="CC-BY-4.0",
        frequency="daily",
        modified="2026-11-23",
        resources=(Resource(url="https://example.org/air.csv", format="CSV"),),
    ),
    "shared-information": Dataset(
        title="企业登记基本信息",
        description="市场主体登记的基本信息。",
        profile="shared-information",
        frequency="daily",
        issued="2026-01-05",
        fields={
            "classification": "部门/市场监管",
            "code": "307001/000012",
            "provider": "市场监督管理局",
            "provider_code": "91350100M000100Y43",
            "format": "database",
            "items": [{"name": "企业名称", "type": "C", "length": 200}],
            "sharing_type": "conditional",
            "sharing_condition": "用于行政审批核验。",
            "sharing_method": "platform-service",
            "open": "no",
        },
    ),
    "approval-item": Dataset(
        title="食品经营许可",
        profile="approval-item",
        fields={
            "task_type": "01",
            "catalog_code": "000131001000",
            "task_code": "11440300MB2C927392300013100100001",
            "task_state": "active",
            "by_law": [{"name": "食品安全法", "article": "第三十五条"}],
            "department": "市场监督管理局",
            "department_code": "91350100M000100Y43",
            "service_object": "企业法人",
            "handling_type": "promised",
            "conditions": "具有与经营食品相适应的场所。",
            "process": "申请、受理、审查、决定、发证。",
            "place": "政务服务大厅",
            "hours": "工作日 9:00-17:30",
            "enquiries": "12345",
            "complaints": "12345",
            "statutory_limit": 20,
            "promised_limit": 5,
            "charged": "no",
            "online": "yes",
            "version": "3",
            "department_kind": "statutory",
            "power_source": "own-level",
            "level": "city",
            "special_procedure": "现场核查",
            "visits": 0,
            "in_hall": "yes",
            "by_post": "yes",
            "online_payment": "no",
            "result_type": "certificate",
            "materials": [{"name": "营业执照", "source": "政府部门核发", "necessity": "必要"}],
        },
    ),
}


def codes(profile: str, **changes: Any) -> set[tuple[str, str]]:
    """Check the profile's example with some of its own fields changed."""
    example = EXAMPLES[profile]
    own = {key: value for key, value in changes.items() if hasattr(example, key)}
    inner = {**example.fields, **{key: value for key, value in changes.items() if key not in own}}
    changed = profiles.msgspec.structs.replace(example, **own, fields=inner)
    return {(finding.code, finding.path) for finding in profiles.check(changed, profile).findings}


@pytest.mark.parametrize("key", sorted(profiles.profiles()))
def test_every_profile_has_an_example_that_conforms(key: str) -> None:
    assert profiles.check(EXAMPLES[key], key).findings == ()


@pytest.mark.parametrize("key", sorted(profiles.profiles()))
def test_every_field_speaks_both_languages(key: str) -> None:
    profile = profiles.get(key)
    texts = [profile.label, profile.help, *(t for f in profile.fields for t in (f.label, f.help, *f.among.values()))]
    assert all(text.zh and text.en for text in texts)


@pytest.mark.parametrize(
    ("profile", "changes", "expected"),
    [
        ("open-data", {"title": ""}, ("profile-missing", "title")),
        ("open-data", {"description": "短"}, ("profile-short", "description")),
        ("open-data", {"frequency": "now and then"}, ("profile-value", "frequency")),
        ("open-data", {"contact": Contact(name="x", email="nobody")}, ("profile-type", "contact.email")),
        ("shared-information", {"provider_code": "91350100M000100Y44"}, ("profile-checksum", "fields.provider_code")),
        ("shared-information", {"sharing_type": "refused"}, ("profile-missing", "fields.refusal_basis")),
        ("shared-information", {"sharing_condition": ""}, ("profile-missing", "fields.sharing_condition")),
        ("shared-information", {"items": []}, ("profile-missing", "fields.items")),
        ("shared-information", {"open": "yes"}, ("profile-missing", "fields.opening_condition")),
        ("shared-information", {"code": "1"}, ("profile-pattern", "fields.code")),
        ("shared-information", {"code": "207001/000012"}, ("profile-agreement", "fields.code")),
        ("approval-item", {"materials": [{"name": "x"}]}, ("profile-missing", "fields.materials[0].source")),
        ("approval-item", {"task_state": "cancelled"}, ("profile-missing", "fields.cancel_date")),
        (
            "approval-item",
            {"effective_date": "2026-05-01", "cancel_date": "2026-04-30"},
            ("profile-order", "fields.effective_date"),
        ),
        ("approval-item", {"promised_limit": 30}, ("profile-order", "fields.promised_limit")),
        ("approval-item", {"charged": "yes"}, ("profile-missing", "fields.fee_basis")),
        ("approval-item", {"task_type": "99"}, ("profile-value", "fields.task_type")),
    ],
)
def test_each_rule_finds_its_fault(profile: str, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in codes(profile, **changes)


def test_a_condition_that_does_not_hold_asks_for_nothing() -> None:
    assert codes("shared-information", format="file", items=None) == set()


def test_what_is_mandatory_is_an_error_and_what_is_recommended_a_warning() -> None:
    report = profiles.check(Dataset(), "open-data")
    levels = {finding.path: finding.level for finding in report.findings}
    assert (levels["title"], levels["licence"]) == ("error", "warning")
    assert not report.valid


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(NotFound, match="no-such"):
        profiles.check(Dataset(), "no-such")


@pytest.mark.parametrize(
    ("code", "right"), [("91350100M000100Y43", True), ("91350100M000100Y40", False), ("9135", False), ("I" * 18, False)]
)
def test_credit_codes_are_checked_by_their_digit(code: str, right: bool) -> None:
    assert credit_code(code) is right


def test_a_code_of_another_class_is_a_warning_that_stops_nothing() -> None:
    example = EXAMPLES["shared-information"]
    changed = profiles.msgspec.structs.replace(example, fields=example.fields | {"code": "207001/000012"})
    report = profiles.check(changed)
    assert [(finding.level, finding.code) for finding in report.findings] == [("warning", "profile-agreement")]
    assert report.valid
