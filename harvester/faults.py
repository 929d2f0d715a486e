"""What can go wrong on the way to a source, in a department's words: one code, one sentence, one remedy."""

from __future__ import annotations

from typing import NamedTuple

from schemas.errors import Unavailable
from schemas.report import Finding
from schemas.text import Text


class Fault(NamedTuple):
    """The sentence for a fault and what to do about it; both may hold `{url}`, `{host}` and `{detail}`."""

    message: Text
    remedy: Text


def _fault(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Fault:
    return Fault(Text(zh=zh, en=en), Text(zh=remedy_zh, en=remedy_en))


FAULTS: dict[str, Fault] = {
    "unreachable": _fault(
        "无法连接 {host}：{detail}。",
        "{host} cannot be reached: {detail}.",
        "请确认系统正在运行，且其防火墙允许本平台访问。",
        "Check that the system is running and that its firewall lets this platform in.",
    ),
    "host-unknown": _fault(
        "找不到主机 {host}：域名无法解析。",
        "The host {host} does not exist: its name does not resolve.",
        "请检查地址的拼写。",
        "Check the spelling of the address.",
    ),
    "certificate": _fault(
        "{host} 的 HTTPS 证书无效：{detail}。",
        "The HTTPS certificate of {host} is not valid: {detail}.",
        "请部门更新证书后再试。",
        "Ask the department to renew the certificate.",
    ),
    "timed-out": _fault(
        "{host} 在规定时间内没有答复（{detail}）。",
        "{host} did not answer in time ({detail}).",
        "请在系统较空闲时采集，或请部门检查系统是否过慢。",
        "Harvest when the system is less busy, or ask the department why it is slow.",
    ),
    "truncated": _fault(
        "下载中断，{url} 只收到一部分内容（{detail}）。",
        "The download of {url} broke off: only a part arrived ({detail}).",
        "稍后会再试；若一再发生，请部门检查服务器或代理。",
        "It will be tried again; if it keeps happening, ask the department to check its server or proxy.",
    ),
    "unauthorized": _fault(
        "{host} 要求登录（401）。",
        "{host} asks for a login (401).",
        "请在来源的设置中填写访问密钥。",
        "Enter an access key in the source's settings.",
    ),
    "forbidden": _fault(
        "{host} 拒绝访问（403），常见原因是防火墙或内容分发网络拦截了采集程序。",
        "{host} refuses access (403); often a firewall or content network blocks the harvester.",
        "请部门的网络管理员放行本平台的地址和用户代理“Gongkai”。",
        "Ask the department's network administrators to let in this platform's address and the user agent 'Gongkai'.",
    ),
    "not-found": _fault(
        "{url} 不存在（{detail}）。",
        "There is nothing at {url} ({detail}).",
        "请检查地址；目录可能已经迁移。",
        "Check the address; the catalogue may have moved.",
    ),
    "too-many-requests": _fault(
        "{host} 要求放慢请求（429）：{detail}。",
        "{host} asks for fewer requests (429): {detail}.",
        "请增大来源设置中的请求间隔。",
        "Raise the delay between requests in the source's settings.",
    ),
    "server-error": _fault(
        "{host} 出现内部错误（{detail}）。",
        "{host} has an internal error ({detail}).",
        "请部门检查其系统；稍后会再试。",
        "Ask the department to look at its system; it will be tried again.",
    ),
    "request-refused": _fault(
        "{url} 拒绝了请求（{detail}）。",
        "{url} refused the request ({detail}).",
        "请检查来源的地址与参数。",
        "Check the source's address and options.",
    ),
    "too-large": _fault(
        "{url} 超过允许的大小（{detail}）。",
        "{url} is larger than allowed ({detail}).",
        "请拆分文件，或请管理员提高限额。",
        "Split the file, or ask an administrator to raise the limit.",
    ),
    "too-slow": _fault(
        "{url} 的下载超过了允许的总时间（{detail}）。",
        "Downloading {url} took longer than allowed in all ({detail}).",
        "请在系统较空闲时采集，或请管理员提高限额。",
        "Harvest when the system is less busy, or ask an administrator to raise the limit.",
    ),
    "damaged-compression": _fault(
        "{url} 的压缩内容已损坏。",
        "The compressed content of {url} is damaged.",
        "请部门重新生成该文件或关闭压缩。",
        "Ask the department to make the file anew or to switch compression off.",
    ),
    "redirect-refused": _fault(
        "{url} 转向了不允许访问的地址：{detail}。",
        "{url} redirects to an address that may not be fetched: {detail}.",
        "请填写最终地址；内部地址须由管理员加入许可名单。",
        "Enter the final address; an operator must put internal addresses on the allow-list.",
    ),
    "too-many-redirects": _fault(
        "{url} 转向次数过多。",
        "{url} redirects too many times.",
        "请部门检查其转向设置。",
        "Ask the department to check its redirects.",
    ),
    "address-refused": _fault(
        "{host} 是内部网络地址，不允许访问。",
        "{host} is an address of an internal network and may not be fetched.",
        "若确为部门系统，请管理员把主机或网段加入许可名单。",
        "If it is a department's system, an operator must put the host or network on the allow-list.",
    ),
    "bad-address": _fault(
        "“{url}”不是可用的地址：{detail}。",
        "'{url}' is not a usable address: {detail}.",
        "请填写以 http:// 或 https:// 开头的完整地址。",
        "Enter a complete address that starts with http:// or https://.",
    ),
    "folder-refused": _fault(
        "不允许读取文件夹 {detail}。",
        "The folder {detail} may not be read.",
        "请管理员把该文件夹加入许可名单。",
        "An operator must put the folder on the allow-list.",
    ),
    "file-missing": _fault(
        "找不到文件 {detail}。",
        "The file {detail} does not exist.",
        "请检查文件名，或把文件放回原处。",
        "Check the file's name, or put it back.",
    ),
    "html-instead-of-json": _fault(
        "{url} 返回的是网页而不是数据（{detail}）。",
        "{url} answers with a web page instead of data ({detail}).",
        "请填写数据接口的地址；也可能是登录页、错误页或防火墙的提示页。",
        "Enter the address of the data itself; it may also be a login page, an error page or a firewall's notice.",
    ),
    "not-json": _fault(
        "{url} 不是正确的 JSON：{detail}。",
        "{url} is not well-formed JSON: {detail}.",
        "请部门用 JSON 校验工具检查并重新导出。",
        "Ask the department to check the file with a JSON validator and to export it again.",
    ),
    "not-rdf": _fault(
        "{url} 不是正确的 RDF：{detail}。",
        "{url} is not well-formed RDF: {detail}.",
        "请部门检查文件的语法和格式。",
        "Ask the department to check the file's syntax and format.",
    ),
    "not-a-catalogue": _fault(
        "{url} 可以读取，但不是所选类型的目录：{detail}。",
        "{url} can be read but is not a catalogue of the chosen type: {detail}.",
        "请检查地址和来源类型。",
        "Check the address and the type of the source.",
    ),
    "empty-catalogue": _fault(
        "{url} 的目录中没有任何记录。",
        "The catalogue at {url} holds no records.",
        "已发布的内容保持不变；请部门确认目录是否应为空。",
        "What was published stays; ask the department whether the catalogue should be empty.",
    ),
    "catalogue-changed": _fault(
        "采集过程中 {url} 的目录发生了变化（{detail}）。",
        "The catalogue at {url} changed while it was being read ({detail}).",
        "下次采集会重新读取；没有撤下任何数据集。",
        "The next run reads it anew; no dataset was withdrawn.",
    ),
    "unsafe-archive": _fault(
        "压缩包 {url} 不安全：{detail}。",
        "The archive {url} is not safe: {detail}.",
        "请去掉嵌套压缩包、越界路径或异常的压缩比后重新打包。",
        "Pack it again without nested archives, paths that lead outside or extreme compression.",
    ),
    "database": _fault(
        "无法读取数据库：{detail}。",
        "The database cannot be read: {detail}.",
        "请检查连接、权限和查询语句。",
        "Check the connection, the permissions and the query.",
    ),
}

TRANSIENT = frozenset({"unreachable", "timed-out", "truncated", "too-many-requests", "server-error"})


class Fetching(Unavailable):
    """A source could not be read; `code` is a key of FAULTS, `remedy` says what to do."""

    def __init__(self, code: str, url: str = "", detail: object = "", wait: float | None = None) -> None:
        fault = FAULTS[code]
        words = {"url": url, "host": host_of(url), "detail": str(detail)}
        self.remedy = _filled(fault.remedy, words)
        self.url = url
        self.wait = wait
        super().__init__(_filled(fault.message, words), code=code)

    @property
    def transient(self) -> bool:
        """Tell whether trying again may help."""
        return self.code in TRANSIENT

    def finding(self) -> Finding:
        """Answer the fault as a finding of a report."""
        return Finding(level="error", code=self.code, message=self.message, remedy=self.remedy, value=self.url or None)


def host_of(url: str) -> str:
    """Answer the host (and port) that an address names, or the address itself where it names none."""
    rest = url.split("://", 1)[-1]
    return rest.split("/", 1)[0].rsplit("@", 1)[-1] or url


def _filled(text: Text, words: dict[str, str]) -> Text:
    safe = {key: value.replace("{", "(").replace("}", ")") for key, value in words.items()}
    return text.format(**safe)
