# ruff: noqa: E501  (tables whose rows stay on one line)
"""A small city's catalogue in Chinese and English, with tables, defects, a harvest, secrets and hostile records."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from harvester import connections, harvest
from harvester.connections import Connection
from harvester.plans import Plan
from publisher import checks, config, datasets, organizations, tables, users
from publisher.auth import SYSTEM, Permission
from publisher.wiring import Platform, connect
from schemas.model import Contact, Dataset, Organization, Origin, Resource
from schemas.report import Report
from schemas.tables import check_table
from schemas.vocabulary import THEMES

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PASSWORD = "a long password"
SECRET = "xuanwu"
HOSTILE = "<script>alert(1)</script>"

BODIES = (
    ("health", "卫生健康委员会", "Health Commission", "全市医疗卫生机构、疾病防控与公共卫生数据的责任部门。"),
    ("transport", "交通运输局", "Transport Bureau", "公共交通、道路与停车数据的责任部门。"),
    ("education", "教育局", "Education Bureau", "学校、幼儿园与招生数据的责任部门。"),
    ("housing", "住房和城乡建设局", "Housing and Construction Bureau", "房屋、物业与建设数据的责任部门。"),
    (
        "social-security",
        "人力资源和社会保障局",
        "Human Resources and Social Security Bureau",
        "社会保险与就业数据的责任部门。",
    ),
    ("environment", "生态环境局", "Ecology and Environment Bureau", "空气、水与土壤监测数据的责任部门。"),
)

# name, title, English title, description, owner, themes, tags, cycle, days since the last change, licence, file
ROWS: tuple[tuple[str, str, str, str, str, str, str, str, int, str, str], ...] = (
    ("bus-stops", "公交站点", "Bus stops", "市区全部公交站点的名称、位置与是否有候车亭。", "transport", "transport", "公交 站点 位置", "monthly", 12, "cc-by", "transport/files/bus-stops.csv"),
    ("bus-routes", "公交线路与首末班时间", "Bus routes and hours", "各条线路的起讫站、首末班车时间、发车间隔与票价。", "transport", "transport", "公交 线路 时刻", "quarterly", 40, "cc-by", "transport/files/bus-routes.csv"),
    ("parking", "公共停车场", "Public car parks", "公共停车场的位置、泊位数、充电桩与收费标准。", "transport", "transport", "停车 充电桩", "monthly", 75, "cc-by", "transport/files/parking.csv"),
    ("road-works", "道路施工公告", "Road works", "占道与封闭施工的路段、起止时间与绕行方式。", "transport", "transport", "道路 施工", "weekly", 3, "cc-by", "transport/files/road-works.csv"),
    ("bicycle-counts", "自行车计数", "Bicycle counts", "Hourly counts of bicycles at eight counters, by direction.", "transport", "transport", "bicycles counters", "daily", 1, "CC0-1.0", "transport/files/bicycle-counts.csv"),
    ("institutions", "医疗机构名录", "Medical institutions", "全市医疗机构的名称、类别、等级、地址与床位。", "health", "health", "医院 诊所 床位", "quarterly", 20, "cc-by", "health/files/institutions.csv"),
    ("vaccination-clinics", "预防接种门诊", "Vaccination clinics", "预防接种门诊的地址、接种日与开放时间。", "health", "health", "疫苗 门诊", "monthly", 55, "cc-by", "health/files/vaccination-clinics.csv"),
    ("blood-stock", "血液库存预警", "Blood stock", "各血型库存量与预警状态。", "health", "health", "血液 库存", "daily", 9, "cc-by", "health/files/blood-stock.csv"),
    ("respiratory-visits", "呼吸道就诊与空气质量", "Respiratory visits and air quality", "Weekly respiratory visits by district beside the mean of PM2.5.", "health", "health", "空气质量 就诊 PM2.5", "weekly", 6, "CC-BY-4.0", "health/files/respiratory-visits.csv"),
    ("bed-use", "医院床位使用", "Hospital bed use", "各医疗机构逐月床位使用率。", "health", "health", "床位 医院", "monthly", 25, "cc-by", "health/files/bed-use.csv"),
    ("air-quality", "空气质量监测", "Air quality", "各监测站逐日 PM2.5、PM10、臭氧等浓度。", "environment", "health", "空气质量 监测", "daily", 1, "cc-by", ""),
    ("schools", "中小学名录", "Schools", "全市中小学的办学类型、地址与在校生数。", "education", "education", "学校 名录", "annual", 120, "cc-by", "education/packages/schools/schools.csv"),
    ("kindergartens", "幼儿园名录与学位", "Kindergartens", "幼儿园的性质、地址与本学年学位。", "education", "education", "幼儿园 学位", "annual", 420, "cc-by", "education/packages/kindergartens/kindergartens.csv"),
    ("enrolment", "中小学在校生统计", "Enrolment", "按学年、区县与学段统计的在校生人数。", "education", "education", "招生 在校生", "annual", 90, "cc-by", "education/packages/enrolment/enrolment.csv"),
    ("libraries", "公共图书馆", "Public libraries", "公共图书馆的地址、开放时间与藏书量。", "education", "education", "图书馆", "semiannual", 100, "", "education/packages/libraries/libraries.csv"),
    ("pension-points", "养老金领取网点", "Pension offices", "养老金领取与资格认证网点。", "social-security", "social-security", "养老 网点", "semiannual", 30, "cc-by", ""),
    ("unemployment", "失业保险金发放统计", "Unemployment benefits", "按月统计的失业保险金领取人数与金额。", "social-security", "social-security", "失业 保险", "monthly", 44, "other-open", ""),
    ("job-fairs", "招聘会安排", "Job fairs", "公共招聘会的时间、地点与参会单位。", "social-security", "social-security", "就业 招聘", "irregular", 14, "cc-by", ""),
    ("water-quality", "饮用水水源水质", "Drinking water quality", "集中式饮用水水源地水质监测结果。", "environment", "health", "水质 饮用水", "monthly", 18, "cc-by", ""),
    ("noise", "Noise map of the inner city", "", "Modelled noise by day and night on a grid of ten metres.", "environment", "", "noise map", "quinquennial", 700, "CC-BY-4.0", ""),
)  # fmt: skip


def make(folder: Path) -> Platform:
    """Open a site in a folder and fill it."""
    settings = config.load(
        {},
        data=folder,
        password_cost="low",
        testing=True,
        scheduler=False,
        harvest_allow=(str(EXAMPLES),),
        site_title_zh="安江市公共数据",
        site_title_en="Anjiang Open Data",
    )
    platform = connect(settings, upgrade=True)
    fill(platform)
    return platform


def fill(platform: Platform) -> None:
    """Publish the catalogue, harvest a department, and add people."""
    with platform.work(SYSTEM) as work:
        for name, zh, en, about in BODIES:
            organizations.put(
                work,
                Organization(
                    id=name, name=f"{name}-bureau", title=zh, description=about, translations={"en": {"title": en}},
                    contact=Contact(email=f"data@{name}.example.cn"),
                ),
            )  # fmt: skip
        for theme in THEMES.values():
            text = {"title": theme.label.en, "description": theme.description.en}
            organizations.put(
                work,
                Organization(
                    id=f"theme-{theme.key}", name=theme.key, kind="group", title=theme.label.zh,
                    description=theme.description.zh, translations={"en": text},
                ),
            )  # fmt: skip
        users.add(work, "admin", password=PASSWORD, sysadmin=True)
        editor = users.add(work, "editor", password=PASSWORD, full_name="编辑员")
        organizations.set_member(work, organizations.get(work, "transport-bureau"), editor.id, "editor")
    for row in ROWS:
        _publish(platform, row)
    _defects(platform)
    _strange(platform)
    _harvest(platform)


def _publish(platform: Platform, row: tuple[Any, ...]) -> None:
    name, title, english, about, owner, theme, tags, cycle, age, licence, file = row
    changed = (datetime.now(UTC) - timedelta(days=age)).date().isoformat()
    path = EXAMPLES / file if file else None
    resources = (_stored(platform, path, changed),) if path else (_linked(name),)
    dataset = Dataset(
        id=f"id-{name}", name=name, title=title, description=about, owner=owner, licence=licence, frequency=cycle,
        modified=changed, keywords=tuple(tags.split()), themes=(f"theme-{theme}",) if theme else (), resources=resources,
        translations={"en": {"title": english}} if english else {},
        contact=Contact(name="数据管理科", email=f"data@{owner}.example.cn"),
    )  # fmt: skip
    with platform.work(SYSTEM) as work:
        kept = datasets.put(work, dataset)
    if path:
        _load(platform, kept, path)


def _stored(platform: Platform, path: Path, changed: str) -> Resource:
    with path.open("rb") as stream:
        stored = platform.files.save(stream)
    return Resource(
        title=path.stem, url=f"https://example.cn/{path.name}", storage="upload", format="CSV", media_type="text/csv",
        bytes=stored.bytes, hash=stored.sha256, modified=changed,
    )  # fmt: skip


def _linked(name: str) -> Resource:
    return Resource(title=f"{name}.xlsx", url=f"https://example.cn/{name}.xlsx", format="XLSX")


def _load(platform: Platform, dataset: Dataset, path: Path) -> None:
    """Check a table and bring it into the table store; one that has errors is published with its report alone."""
    schema = path.with_suffix(".schema.json")
    descriptor = json.loads(schema.read_text(encoding="utf-8")) if schema.exists() else None
    with tempfile.TemporaryDirectory() as folder:
        parquet = Path(folder) / "table.parquet"
        report = check_table(path, descriptor, parquet=parquet)
        with platform.work(SYSTEM) as work:
            outcome: checks.Outcome = "published" if report.valid else "badged"
            checks.put(work, dataset.id, dataset.resources[0].id, report, outcome=outcome)
            work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
            if parquet.exists():
                tables.publish_version(work, dataset.resources[0].id, parquet)


def _defects(platform: Platform) -> None:
    """Hold back a new version of one table, and change one record twice so that it has versions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parking.csv"
        path.write_text("lot_id,spaces\nP001,120\nP001,many\nP003,-40\n,\n", encoding="utf-8")
        fields = [
            {"name": "lot_id", "type": "string", "constraints": {"required": True, "unique": True}},
            {"name": "spaces", "type": "integer", "constraints": {"minimum": 0}},
        ]
        report = check_table(path, {"fields": fields})
    with platform.work(SYSTEM) as work:
        parking = datasets.get(work, "parking")
        work.require(Permission.DATASET_EDIT, datasets.subject(parking))
        checks.put(work, parking.id, parking.resources[0].id, report, outcome="held")
        changed = msgspec.structs.replace(parking, description=parking.description + " 含夜间开放信息。")
        datasets.put(work, msgspec.structs.replace(changed, keywords=(*parking.keywords, "夜间")))
        air = datasets.get(work, "air-quality")
        checks.put(work, air.id, air.resources[0].id, Report(checked=False), outcome="unchecked")


def _strange(platform: Platform) -> None:
    """Add what must not leak, and what must not break a page."""
    long = (
        "关于印发《安江市二〇二六年度老旧小区改造与加装电梯财政补助资金分配方案（第二批）》及其绩效目标的统计附表" * 2
    )
    with platform.work(SYSTEM) as work:
        datasets.put(
            work,
            Dataset(
                id="id-private", name="private-plan", title=f"未公开的{SECRET}线路规划", owner="transport",
                visibility="private", keywords=(SECRET,), resources=(Resource(url="https://example.cn/x.csv", format="CSV"),),
            ),
        )  # fmt: skip
        datasets.put(
            work,
            Dataset(
                id="id-hostile", name="hostile", owner="housing", title=f"Test {HOSTILE} \u202egnp.elif\u202c",
                description=f'{HOSTILE}\n\n<img src=x onerror=alert(1)>\n\n[go](javascript:alert(1)) **bold**\n\n# Big\n\n<p style="position:fixed">x</p>',
                keywords=(HOSTILE, *(f"tag {number}" for number in range(2000))), landing_page="javascript:alert(1)",
                licence='"><svg onload=alert(1)>', extras={"a<b": "javascript:alert(2)", "nested": {"x": [1, {"y": None}]}},
                origin=Origin(source="x", remote_id=HOSTILE, url="javascript:alert(3)"),
                resources=(
                    Resource(title=HOSTILE, description=HOSTILE, url="javascript:alert(4)", format='<b>"CSV'),
                    Resource(title="", url="http://[broken", format=""),
                ),
            ),
        )  # fmt: skip
        datasets.put(
            work,
            Dataset(
                id="id-long", name="long-title", title=long, owner="housing", themes=("theme-housing",),
                description="x" * 5000, frequency="never", licence="cc-by", keywords=("老旧小区",),
            ),
        )  # fmt: skip
        datasets.put(
            work,
            Dataset(
                id="id-many", name="many-files", title="Three hundred files", owner="environment", licence="cc-by",
                resources=tuple(
                    Resource(title=f"监测记录第 {number} 册：逐小时数据", url=f"https://example.org/{number}.csv", format="CSV", description="d" * 300)
                    for number in range(1, 301)
                ),
            ),
        )  # fmt: skip
        datasets.put(
            work,
            Dataset(
                id="id-arabic", name="arabic", title="بيانات محطات الحافلات", owner="transport", languages=("ar",),
                description="قائمة بمحطات الحافلات في المدينة.", themes=("theme-transport",), licence="cc-by",
            ),
        )  # fmt: skip


def _harvest(platform: Platform) -> None:
    with platform.work(SYSTEM) as work:
        connections.add(
            work,
            Connection(
                name="housing-folder", title="住建局数据目录", kind="folder", url=str(EXAMPLES / "housing"), owner="housing",
                policy="badge", themes=("housing",), plan=Plan(cron="30 2 * * *"),
            ),
        )  # fmt: skip
    harvest.now(platform, SYSTEM, "housing-folder")
    harvest.now(platform, SYSTEM, "housing-folder")
