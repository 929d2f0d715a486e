# ruff: noqa: E501  (tables whose rows stay on few lines; wide characters count double)
"""The other names that columns and cells of Chinese catalogue sheets go by, beside the labels of the profiles."""

from __future__ import annotations

import msgspec

from schemas.vocabulary.folding import fold


class Detail(msgspec.Struct, frozen=True):
    """What is listed under a record, row by row: the field it fills and its columns, the first name being written."""

    field: str
    columns: dict[str, tuple[str, ...]]
    by_name: dict[str, str]

    @property
    def path(self) -> str:
        """Answer the path of the field in a dataset."""
        return f"fields.{self.field}"


def _detail(field: str, **columns: tuple[str, ...]) -> Detail:
    return Detail(field, columns, {fold(name): part for part, names in columns.items() for name in names})


DETAILS: dict[str, Detail] = {
    "shared-information": _detail(
        "items",
        name=("信息项名称", "信息项", "数据项名称", "字段名称", "字段中文名", "item name"),
        type=("数据类型", "信息项类型", "字段类型", "data type"),
        length=("数据长度", "长度", "字段长度", "length"),
        sharing_type=("信息项共享类型", "item sharing type"),
        description=("信息项说明", "字段说明", "item description"),
    ),
    "approval-item": _detail(
        "materials",
        name=("材料名称", "申请材料名称", "申报材料", "material"),
        source=("来源渠道", "材料来源", "材料来源渠道", "material source"),
        necessity=("材料必要性", "必要性", "是否必要", "necessity"),
        type=("材料类型", "原件/复印件", "material type"),
        form=("材料形式", "纸质/电子", "material form"),
        copies=("材料份数", "份数", "copies"),
        specification=("材料规格", "规格"),
        notice=("填报须知",),
        criteria=("受理标准", "审查标准"),
        basis=("材料依据", "要求依据"),
        blank_form=("空白表格",),
        sample=("示例样表", "样表"),
        order=("排序", "材料排序"),
    ),
}

# beside the labels of the profiles' own fields
OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("信息资源名称", "资源名称", "目录名称", "事项名称", "task name", "实施清单名称"),
    "description": ("信息资源摘要", "资源摘要", "摘要", "目录摘要"),
    "fields.code": ("信息资源代码", "资源代码", "目录代码", "目录编码"),
    "fields.classification": ("信息资源分类", "资源分类", "目录分类", "所属分类"),
    "fields.provider": ("信息资源提供方", "提供方", "提供部门", "资源提供方", "数源单位", "来源部门"),
    "fields.provider_code": (
        "信息资源提供方代码",
        "提供方代码",
        "资源提供方代码",
        "统一社会信用代码",
        "提供方内部部门代码",
    ),
    "fields.format": ("信息资源格式", "资源格式", "信息资源格式分类", "格式分类"),
    "fields.items": ("信息项信息", "信息项列表"),
    "fields.sharing_type": ("共享类型", "共享属性", "共享类别"),
    "fields.sharing_condition": ("共享条件", "共享条件说明"),
    "fields.refusal_basis": ("不予共享依据", "不共享依据", "不予共享理由"),
    "fields.sharing_method": ("共享方式", "共享方式分类", "共享途径"),
    "fields.open": ("是否向社会开放", "是否开放", "开放属性", "社会开放"),
    "fields.opening_condition": ("开放条件", "开放条件说明"),
    "fields.related_code": ("关联资源代码", "关联信息资源代码", "关联目录"),
    "frequency": ("更新周期", "更新频率", "更新频度"),
    "issued": ("发布日期", "发布时间", "首次发布日期"),
    "fields.task_type": ("事项类型", "权力类型", "职权类型"),
    "fields.catalog_code": ("基本编码", "目录基本编码", "catalog_code"),
    "fields.task_code": ("实施编码", "实施清单编码", "事项编码", "task_code"),
    "fields.task_state": ("事项状态", "状态", "task_state"),
    "fields.by_law": ("设定依据", "法律依据", "实施依据", "by_law"),
    "fields.department": ("实施主体", "实施部门", "办理部门", "受理部门", "行使主体"),
    "fields.department_code": ("实施主体编码", "实施主体代码", "部门编码"),
    "fields.service_object": ("服务对象", "办理对象", "面向对象"),
    "fields.handling_type": ("办件类型", "办理类型"),
    "fields.conditions": ("受理条件", "申请条件", "办理条件"),
    "fields.process": ("办理流程", "办事流程", "流程"),
    "fields.place": ("办理地点", "受理地点", "办公地址"),
    "fields.hours": ("办理时间", "办公时间", "受理时间"),
    "fields.enquiries": ("咨询方式", "咨询电话", "联系方式"),
    "fields.complaints": ("监督投诉方式", "监督电话", "投诉电话", "投诉方式"),
    "fields.statutory_limit": ("法定办结时限", "法定期限", "法定时限"),
    "fields.promised_limit": ("承诺办结时限", "承诺期限", "承诺时限"),
    "fields.charged": ("是否收费", "收费"),
    "fields.fee_name": ("收费项目名称", "收费项目"),
    "fields.fee_standard": ("收费标准",),
    "fields.fee_basis": ("收费依据",),
    "fields.online": ("是否网办", "是否网上办理", "网上办理"),
}
COMMON: dict[str, tuple[str, ...]] = {
    "modified": ("更新日期", "最近更新日期", "更新时间", "date modified"),
    "keywords": ("关键字", "关键词", "标签", "keywords"),
    "contact.name": ("联系人", "联系部门", "责任人", "负责处室", "contact"),
    "contact.email": ("联系邮箱", "电子邮箱", "邮箱", "e-mail"),
    "contact.phone": ("联系电话", "电话", "telephone"),
    "resources[].url": ("资源地址", "链接地址", "下载地址", "数据链接", "url"),
}

# words and codes of systems for the keys of the profiles' lists; codes differ, so only unequivocal ones stand here
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "fields.format": {
        "file": ("文件", "电子文档", "doc", "docx", "pdf", "wps", "ofd", "txt", "html"),
        "spreadsheet": ("表格", "excel", "xls", "xlsx", "et", "csv"),
        "database": ("数据库类", "库表", "oracle", "mysql", "sql server", "db2", "dm", "kingbasees", "dbf", "数据表"),
        "image": ("图片", "图像", "jpg", "jpeg", "png", "bmp", "tiff", "gif", "shp"),
        "stream": ("视频", "音频", "mp4", "mpg", "rm", "swf"),
        "self-described": ("自描述", "xml", "json"),
        "service": ("接口", "api", "webservice", "服务", "数据接口"),
    },
    "fields.sharing_type": {
        "unconditional": ("无条件", "普遍共享", "1", "01"),
        "conditional": ("有条件", "依申请共享", "2", "02"),
        "refused": ("不共享", "不予", "3", "03"),
    },
    "fields.sharing_method": {
        "platform-database": ("数据库", "库表", "库表交换", "共享平台-数据库", "数据库共享"),
        "platform-file": ("文件下载", "文件", "共享平台", "共享平台方式", "共享平台-文件", "文件交换"),
        "platform-service": ("接口", "接口服务", "服务接口", "api", "共享平台-接口", "服务"),
        "mail": ("电子邮件", "邮件方式"),
        "copy": ("复制", "拷贝方式"),
        "medium": ("介质", "介质交换方式", "光盘", "硬盘"),
    },
    "fields.open": {"yes": ("1", "true", "y", "开放", "无条件开放", "有条件开放"), "no": ("0", "false", "n", "不开放", "不予开放")},
    "fields.charged": {"yes": ("1", "true", "y", "收费"), "no": ("0", "false", "n", "不收费", "免费", "无")},
    "fields.online": {"yes": ("1", "true", "y", "可网办", "全程网办"), "no": ("0", "false", "n", "不可网办")},
    "fields.task_state": {"active": ("1", "有效", "启用", "正常"), "suspended": ("2", "停用"), "cancelled": ("3", "已取消", "废止")},
    "fields.handling_type": {"immediate": ("1", "即办", "即时办理"), "promised": ("2", "承诺", "承诺办理")},
    "fields.task_type": {
        "01": ("1", "许可"), "02": ("2", "处罚"), "03": ("3", "强制"), "04": ("4", "征收"), "05": ("5", "给付"),
        "06": ("6", "检查"), "07": ("7", "确认"), "08": ("8", "奖励"), "09": ("9", "裁决"),
        "10": ("其他", "其他职权", "其他行政权力"), "20": ("公共服务事项",),
    },
}  # fmt: skip
# 编制指南: 数据类型 by letter
DATA_TYPES: dict[str, str] = {
    fold(name): letter
    for letter, names in {
        "C": ("C", "字符型", "字符", "字符串", "文本", "varchar", "string", "char"),
        "N": ("N", "数值型", "数值", "number", "decimal", "numeric"),
        "Y": ("Y", "货币型", "货币"),
        "D": ("D", "日期型", "日期", "date"),
        "T": ("T", "日期时间型", "日期时间", "datetime", "timestamp", "时间"),
        "L": ("L", "逻辑型", "逻辑", "布尔", "boolean", "bool"),
        "M": ("M", "备注型", "备注", "text", "clob"),
        "G": ("G", "通用型", "通用", "blob"),
        "B": ("B", "双精度型", "双精度", "double"),
        "I": ("I", "整型", "整数", "int", "integer", "bigint"),
        "F": ("F", "浮点型", "浮点", "float"),
    }.items()
    for name in names
}
