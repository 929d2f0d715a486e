"""The five sample departments: connected, harvested, and harvested again as their newer editions come.

Everything here may be called again: what exists is kept, and a second harvest finds nothing new.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from harvester import connections, harvest
from harvester.connections import Connection, Policy
from harvester.jobs import Run
from harvester.plans import Plan
from harvester.standin import StandIn, departments
from publisher import organizations
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import NotFound
from schemas.model import Contact, Organization
from schemas.text import Text
from schemas.vocabulary import THEMES

Telling = Callable[[str, str, int, int], None]


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """One sample department and its system; `place` lies below the stand-in, or below the folder of examples."""

    name: str
    title: Text
    about: Text
    kind: str
    place: str
    policy: Policy
    email: str
    plan: Plan
    earlier: str = ""
    options: dict[str, str] = {}

    def url(self, told: StandIn, folder: Path, *, earlier: bool = False) -> str:
        """Answer where its catalogue lies."""
        if self.kind in ("folder", "datapackage"):
            return str(folder / (self.earlier if earlier and self.earlier else self.place))
        return f"{told.address}/{self.place}"


DEPARTMENTS: tuple[Department, ...] = (
    Department(
        name="health",
        title=Text("卫生健康委员会", "Health Commission"),
        about=Text("医疗机构、预防接种与公共卫生。", "Medical institutions, vaccination and public health."),
        kind="data-json",
        place="health/data.json",
        policy="hold",
        email="data@health.example.cn",
        plan=Plan(cron="30 2 * * *"),
    ),
    Department(
        name="transport",
        title=Text("交通运输局", "Transport Bureau"),
        about=Text("公共交通、停车与道路。", "Public transport, parking and roads."),
        kind="ckan",
        place="transport",
        policy="badge",
        email="data@transport.example.cn",
        plan=Plan(seconds=6 * 3600),
    ),
    Department(
        name="education",
        title=Text("教育局", "Education Bureau"),
        about=Text("学校、幼儿园与图书馆。", "Schools, kindergartens and libraries."),
        kind="datapackage",
        place="education/packages",
        earlier="education/earlier",
        policy="hold",
        email="statistics@education.example.cn",
        plan=Plan(cron="0 4 * * 1"),
    ),
    Department(
        name="housing",
        title=Text("住房和城乡建设局", "Housing and Urban Development Bureau"),
        about=Text("保障性住房、房地产市场与物业。", "Public housing, the property market and estates."),
        kind="folder",
        place="housing",
        policy="badge",
        email="data@housing.example.cn",
        plan=Plan(cron="0 3 * * *"),
    ),
    Department(
        name="social-security",
        title=Text("人力资源和社会保障局", "Human Resources and Social Security Bureau"),
        about=Text("社会保险、就业与职业培训。", "Social insurance, employment and vocational training."),
        kind="dcat-rdf",
        place="social-security/catalog.ttl",
        policy="badge",
        email="data@rsj.example.cn",
        plan=Plan(cron="15 3 1 * *"),
    ),
)


def folder() -> Path:
    """Answer the folder of examples in the repository; raises NotFound outside a checkout."""
    found = Path(__file__).resolve().parent.parent / "examples"
    if not (found / "health").is_dir():
        raise NotFound(
            Text(
                "找不到示例部门的文件夹 examples；请在代码仓库中运行。",
                "There is no folder of examples; run this in a checkout.",
            )
        )
    return found


def allowance() -> tuple[str, ...]:
    """Answer what the setting `harvest_allow` must hold for the examples."""
    return ("127.0.0.1", str(folder()))


def stand_in() -> StandIn:
    """Answer the stand-in for the departments' systems; serve it with `standin.serving`."""
    return departments(folder())


def load(platform: Platform, told: StandIn, telling: Telling = lambda title, stage, done, total: None) -> list[Run]:
    """Connect the departments where they are not yet, and harvest them; answer the newest run of each.

    A department that is new is first harvested as it was in an earlier edition, so that there is a good version that
    stays while a defective one is held back. `telling` gets the department's title, the stage, done and total.
    """
    runs = []
    with platform.work(SYSTEM) as work:
        _themes(work)
    for department in DEPARTMENTS:
        new = _connect(platform, department, told)
        if new:
            told.earlier = True
            _harvest(platform, department, telling)
            told.earlier = False
        _point(platform, department, told)
        runs.append(_harvest(platform, department, telling))
    return runs


def _harvest(platform: Platform, department: Department, telling: Telling) -> Run:
    def progress(stage: str, done: int, total: int) -> None:
        telling(department.title.zh, stage, done, total)

    return harvest.now(platform, SYSTEM, department.name, progress=progress, trigger="demo")


def _themes(work: Work) -> None:
    for theme in THEMES.values():
        if organizations.find(work, theme.key, "group") is None:
            english = {"en": {"title": theme.label.en, "description": theme.description.en}}
            organizations.put(
                work,
                Organization(
                    name=theme.key,
                    kind="group",
                    title=theme.label.zh,
                    description=theme.description.zh,
                    translations=english,
                ),
            )


def _connect(platform: Platform, department: Department, told: StandIn) -> bool:
    """Make the organization and the source; answer whether the source is new."""
    with platform.work(SYSTEM) as work:
        name = f"{department.name}-office"
        owner = organizations.find(work, name, "organization") or organizations.put(work, _office(department, name))
        if any(connection.name == department.name for connection in connections.listing(work)):
            return False
        connections.add(
            work,
            Connection(
                name=department.name,
                title=department.title.zh,
                kind=department.kind,
                url=department.url(told, folder(), earlier=True),
                owner=owner.id,
                policy=department.policy,
                options=dict(department.options),
                themes=(department.name,),
                plan=department.plan,
            ),
        )
    return True


def _office(department: Department, name: str) -> Organization:
    return Organization(
        name=name,
        title=department.title.zh,
        description=department.about.zh,
        contact=Contact(email=department.email),
        translations={"en": {"title": department.title.en, "description": department.about.en}},
    )


def _point(platform: Platform, department: Department, told: StandIn) -> None:
    """Let the source read the present edition, where it is served now."""
    url = department.url(told, folder())
    with platform.read(SYSTEM) as work:
        same = connections.get(work, department.name).url == url
    if not same:
        with platform.work(SYSTEM) as work:
            connections.edit(work, department.name, url=url)
