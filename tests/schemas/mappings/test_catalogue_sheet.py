# ruff: noqa: E501  (rows of sheets)
"""Sheets of the sharing catalogue and of approval items are known by their columns, read, checked and written again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import profiles
from schemas.errors import Invalid
from schemas.mappings import catalogue_sheet
from schemas.model import Dataset, replace
from tests.schemas.mappings.strategies import WORDS
from tests.schemas.test_profiles import EXAMPLES

LABELS = [
    "1.信息资源分类（必填）", "信息资源名称*", "信息资源代码", "信息资源提供方", "提供方代码", "信息资源摘要", "信息资源格式", "信息项名称",
    "数据类型", "数据长度", "共享类型", "共享条件", "共享方式", "是否向社会开放", "开放条件", "更新周期", "发布日期", "备注栏",
]  # fmt: skip
ROWS = [
    ["部门/市场监管", "企业登记信息", "307001/000012", "市场监督管理局", "91350100M000100Y43", "市场主体登记的基本信息。", "MySQL", "企业名称",
     "字符型C", "200", "有条件共享", "用于审批核验", "接口", "否", "", "每日", "2026/1/5", "试点"],
    ["", "", "", "", "", "", "", "注册资本", "数值型", "18", "", "", "", "", "", "", "", ""],
    ["主题/健康保障", "医疗机构名录", "201001/000003", "卫生健康委员会", "91350100M000100Y43", "全市医疗机构。", "xlsx", "机构名称", "C", "100",
     "1", "", "文件下载", "是", "无", "每季度", "20260310", ""],
]  # fmt: skip


def read(labels: list[str], rows: list[list[str]]) -> list[Any]:
    return [catalogue_sheet.to_dataset(payload) for payload in catalogue_sheet.records(labels, rows)]


def test_a_sharing_catalogue_becomes_datasets_that_conform() -> None:
    assert catalogue_sheet.recognise(LABELS) == "shared-information"
    first, second = read(LABELS, ROWS)
    dataset = first.dataset
    assert (dataset.title, dataset.identifier, dataset.frequency) == ("企业登记信息", "307001/000012", "daily")
    assert dataset.issued == "2026-01-05"
    assert dataset.publisher.identifier == "91350100M000100Y43"
    assert dataset.fields["sharing_type"] == "conditional"
    assert dataset.fields["format"] == "database"
    assert [item["name"] for item in dataset.fields["items"]] == ["企业名称", "注册资本"]
    assert dataset.fields["items"][1] == {"name": "注册资本", "type": "N", "length": 18}
    assert dataset.access_level == "restricted"
    assert [(finding.code, finding.path) for finding in first.findings] == [("unknown-field", "备注栏")]
    assert dataset.extras == {"备注栏": "试点"}
    assert second.dataset.access_level == "public"
    assert second.dataset.issued == "2026-03-10"
    for one in (first, second):
        assert profiles.check(one.dataset).findings == ()


def test_approval_items_gather_their_materials() -> None:
    labels = [
        "事项名称",
        "事项类型",
        "基本编码",
        "实施编码",
        "实施主体",
        "法定办结时限",
        "承诺办结时限",
        "是否收费",
        "是否网办",
        "材料名称",
        "来源渠道",
    ]
    rows = [
        [
            "食品经营许可",
            "行政许可",
            "000131001000",
            "1144030000",
            "市场监督管理局",
            "20个工作日",
            "5（工作日）",
            "不收费",
            "是",
            "营业执照",
            "政府部门核发",
        ],
        ["", "", "", "", "", "", "", "", "", "平面图", "申请人自备"],
    ]
    assert catalogue_sheet.recognise(labels) == "approval-item"
    (mapped,) = read(labels, rows)
    fields = mapped.dataset.fields
    assert (fields["task_type"], fields["statutory_limit"], fields["promised_limit"]) == ("01", 20, 5)
    assert (fields["charged"], fields["online"]) == ("no", "yes")
    assert fields["materials"] == [
        {"name": "营业执照", "source": "政府部门核发"},
        {"name": "平面图", "source": "申请人自备"},
    ]
    assert mapped.dataset.identifier == "1144030000"
    missing = {finding.path for finding in profiles.check(mapped.dataset).findings}
    assert {"fields.by_law", "fields.conditions"} <= missing


@pytest.mark.parametrize("profile", sorted(catalogue_sheet.PROFILES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_that_was_written_is_read_the_same(profile: str, language: str) -> None:
    example = EXAMPLES[profile]
    other = replace(example, title="另一条")
    labels, *rows = catalogue_sheet.to_rows([example, other], profile, language)
    assert catalogue_sheet.recognise(labels) == profile
    read_again, other_again = (mapped.dataset for mapped in read(labels, rows))
    assert other_again.title == "另一条"
    given = {
        key: value
        for key, value in example.fields.items()
        if not isinstance(value, list) or key in ("items", "materials")
    }
    for key, value in given.items():
        assert read_again.fields[key] == value, key
    assert (read_again.title, read_again.frequency, read_again.issued) == (
        example.title,
        example.frequency,
        example.issued,
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, st.sampled_from(["unconditional", "conditional", "refused"]), st.lists(WORDS, max_size=3)),
                min_size=1, max_size=4, unique_by=lambda one: one[0]))  # fmt: skip
def test_every_record_survives_the_way_through_a_sheet(made: list[tuple[str, str, str, list[str]]]) -> None:
    datasets = [
        Dataset(title=title, description=text, profile="shared-information",
                fields={"code": f"307001/{number}", "sharing_type": sharing, "items": [{"name": n} for n in items]})
        for number, (title, text, sharing, items) in enumerate(made)
    ]  # fmt: skip
    labels, *rows = catalogue_sheet.to_rows(datasets, "shared-information")
    again = [mapped.dataset for mapped in read(labels, rows)]
    assert [(d.title, d.description, d.fields["code"], d.fields["sharing_type"]) for d in again] == [
        (d.title, d.description, d.fields["code"], d.fields["sharing_type"]) for d in datasets
    ]
    assert [d.fields.get("items", []) for d in again] == [d.fields["items"] for d in datasets]


def test_a_value_outside_its_list_is_told_and_kept() -> None:
    rows = [[*ROWS[2]]]
    rows[0][LABELS.index("共享类型")] = "看情况"
    rows[0][LABELS.index("发布日期")] = "去年"
    (mapped,) = read(LABELS, rows)
    assert {finding.code for finding in mapped.findings} == {"unknown-value", "bad-date"}
    assert (mapped.dataset.fields["sharing_type"], mapped.dataset.issued) == ("看情况", "去年")
    assert all(finding.message.zh and finding.message.en for finding in mapped.findings)


def test_four_columns_of_classification_become_one() -> None:
    labels = ["类", "项", "目", "细目", "信息资源名称", "信息资源代码", "共享类型"]
    (mapped,) = read(labels, [["主题信息资源", "公共服务", "社区", "活动", "社区活动", "201001/1", "1"]])
    assert mapped.dataset.fields["classification"] == "主题信息资源/公共服务/社区/活动"


@pytest.mark.parametrize("labels", [["a", "b"], ["名称"], [], ["title", "description", "url"]])
def test_a_sheet_of_other_columns_is_refused_with_their_names(labels: list[str]) -> None:
    assert catalogue_sheet.recognise(labels) == ""
    with pytest.raises(Invalid, match="columns are not known"):
        catalogue_sheet.to_dataset({"rows": [dict.fromkeys(labels, "x")]})


@pytest.mark.parametrize(
    "payload", [None, [], {"rows": "x", "profile": "shared-information"}, {"rows": [], "profile": "approval-item"}]
)
def test_what_is_no_record_is_refused_or_told(payload: Any) -> None:
    if isinstance(payload, dict):
        codes = {finding.code for finding in catalogue_sheet.to_dataset(payload).findings}
        assert {"missing-title", "missing-identifier"} <= codes
    else:
        with pytest.raises(Invalid):
            catalogue_sheet.to_dataset(payload)
