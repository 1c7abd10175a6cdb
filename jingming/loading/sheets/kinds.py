"""The kinds of master data that come and go as files, as tables: their columns, by which names those are recognised,
how a cell of them is read, who may load them. What is done with the rows stands in one module for each kind (`WORKS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jingming.accounts.rules import Authority
from jingming.base.errors import Unfit
from jingming.customers.rules import ACCOUNT_LENGTH, LONGEST_LIFE, NOTE_LENGTH, account_number, one_line, phone_number
from jingming.privacy.rules import HIDDEN

from . import cells
from .values import Value

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

Kept = str | int | bool | Decimal | date | tuple[str, ...] | None
Reader = Callable[..., Kept]


@dataclass(frozen=True)
class Column:
    """One column of ours.

    `also` are other names that files give it, in any language; `read` makes what a cell says into what is kept, or
    raises Unfit; every row needs a `must`, a new row a `new` too; `empty` is what an empty cell says where empty cells
    empty the field; `dated` cells depend on the workbook's first day.
    """

    key: str
    label: StrPromise
    read: Reader
    also: tuple[str, ...] = ()
    must: bool = False
    new: bool = False
    empty: Kept = ""
    dated: bool = False
    help: StrPromise | str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of master data; `authority` is needed besides the right to load data at all."""

    code: str
    label: StrPromise
    columns: tuple[Column, ...]
    authority: Authority
    icon: str

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


def _line(longest: int) -> Reader:
    return partial(cells.as_text, longest=longest)


def _whole(longest: int) -> Reader:
    """A line about a person, which must not be the mask of what somebody else would have read."""
    return partial(_unmasked, longest)


def _unmasked(longest: int, value: Value) -> str:
    text = cells.as_text(value, longest=longest)
    if text.endswith(HIDDEN):
        raise Unfit(gettext("This is masked. Load a file of somebody who may see it whole, or leave the cell empty."))
    return text


def _code(longest: int) -> Reader:
    return partial(cells.as_code, longest=longest)


def _several(value: Value) -> tuple[str, ...]:
    """Words with a comma, an enumeration mark, a semicolon, a slash or a new line between them."""
    text = cells.as_text(value, longest=200)
    for mark in "，、；;/|\n":
        text = text.replace(mark, ",")
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _phone(value: Value) -> str:
    """A number as archives keep it; "" for none."""
    text = cells.as_text(value, longest=60) if isinstance(value, str) else cells.as_code(value, longest=40)
    return phone_number(text) if text else ""


def _note(value: Value) -> str:
    """Text of several lines."""
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(one_line(line) for line in lines).strip()
    if len(text) > NOTE_LENGTH:
        raise Unfit(_("A note has up to %(longest)d characters. Shorten it.") % {"longest": NOTE_LENGTH})
    return text


def _account(value: Value) -> str:
    """An account number as it is kept."""
    text = cells.as_code(value, longest=ACCOUNT_LENGTH)
    return account_number(text) if text else ""


def _life(value: Value) -> int | None:
    return cells.as_whole(value, 1, LONGEST_LIFE)


def _position(value: Value) -> int | None:
    return cells.as_whole(value, 0, 32_767)


def _amount(value: Value) -> Decimal | None:
    return cells.as_decimal(value)


# An emptied reference, day or amount is written so on its way (`staging.NOTHING` knows how to take it).
NO_ID, NO_DAY, NO_AMOUNT = 0, "-infinity", "NaN"

CUSTOMERS = Kind(
    code="customers",
    label=_("Customers"),
    icon="users",
    authority=Authority.CHANGE_CUSTOMERS,
    columns=(
        Column(
            "archive",
            _("Archive"),
            _code(20),
            ("archive id", "档案编号", "系统编号"),
            help=_("The number that this installation gave; stands in exports."),
        ),
        Column(
            "number",
            _("Customer number"),
            _line(30),
            (
                "customer no",
                "customer no.",
                "customer id",
                "cust no",
                "客户号",
                "客户编码",
                "客户代码",
                "用户编号",
                "用户号",
            ),
        ),
        Column(
            "name",
            _("Name"),
            _whole(120),
            (
                "customer",
                "customer name",
                "客户名称",
                "客户姓名",
                "用户名称",
                "用户姓名",
                "户名",
                "姓名",
                "名称",
                "单位名称",
            ),
            new=True,
        ),
        Column(
            "kind",
            _("Kind"),
            _line(40),
            ("customer kind", "customer type", "type", "客户类型", "用户类型", "客户性质", "类型"),
        ),
        Column(
            "phone",
            _("Phone"),
            _phone,
            (
                "phone 1",
                "phone number",
                "mobile",
                "telephone",
                "tel",
                "联系电话",
                "手机",
                "手机号",
                "手机号码",
                "电话号码",
                "电话1",
                "联系方式",
            ),
        ),
        Column(
            "phone2", _("Second phone"), _phone, ("phone 2", "other phone", "备用电话", "电话2", "固定电话", "固话")
        ),
        Column("phone3", _("Third phone"), _phone, ("phone 3", "电话3")),
        Column("contact", _("Contact person"), _whole(60), ("contact", "contact name", "联系人", "联系人姓名")),
        Column("duty", _("Duty"), _line(60), ("contact duty", "position", "联系人职务", "职务")),
        Column(
            "contact_phone",
            _("Phone of the contact person"),
            _phone,
            ("contact phone", "contact's phone", "联系人电话", "联系人手机", "联系人电话号码"),
        ),
        Column(
            "unit",
            _("Place"),
            _line(60),
            (
                "unit",
                "unit code",
                "district",
                "city",
                "area code",
                "区县",
                "所属区县",
                "区域",
                "地区",
                "行政区划",
                "所在地",
                "所属单位",
            ),
        ),
        Column("note", _("Note"), _note, ("remark", "remarks", "备注说明", "说明")),
        Column(
            "sensitive",
            _("Special care"),
            _several,
            ("sensitive flags", "vulnerable", "特殊标志", "特殊人群", "敏感标识"),
            empty=(),
        ),
        Column(
            "key_account",
            _("Key account"),
            cells.as_yes_no,
            ("vip", "key customer", "大客户标志", "是否大客户", "重点客户"),
            empty=False,
        ),
        Column(
            "manager",
            _("Account manager"),
            _code(20),
            ("account manager number", "manager", "客户经理工号", "经理工号"),
            empty=NO_ID,
            help=_("Employee number."),
        ),
    ),
)


def _device(place: int) -> tuple[Column, ...]:
    """The columns of the first, second or third device of a service point."""
    tail = "" if place == 1 else str(place)
    labels = {
        "kind": {1: _("Kind of device"), 2: _("Kind of device 2"), 3: _("Kind of device 3")},
        "number": {1: _("Device number"), 2: _("Device number 2"), 3: _("Device number 3")},
        "model": {1: _("Model"), 2: _("Model 2"), 3: _("Model 3")},
        "installed": {1: _("Installed on"), 2: _("Installed on 2"), 3: _("Installed on 3")},
        "life": {1: _("Design life in years"), 2: _("Design life in years 2"), 3: _("Design life in years 3")},
    }
    also = {
        "kind": ("device type", "device kind", "meter type", "设备类型", "表计类型", "表具类型"),
        "number": ("device no", "device no.", "meter no", "meter no.", "meter number", "set-top box", "表号",
                   "表具编号", "电表号",
                   "气表号", "水表号", "机顶盒号", "设备号", "设备号码", "设备编号", "资产编号"),
        "model": ("device model", "meter model", "设备型号", "型号", "表具型号", "规格型号"),
        "installed": ("installation date", "install date", "安装日期", "安装日", "装表日期", "开通日期"),
        "life": ("design life", "service life", "使用年限", "设计年限"),
    }  # fmt: skip
    return (
        Column(f"device{tail}_kind", labels["kind"][place], _line(40), tuple(f"{name}{tail}" for name in also["kind"])),
        Column(f"device{tail}", labels["number"][place], _code(40), tuple(f"{name}{tail}" for name in also["number"])),
        Column(
            f"device{tail}_model", labels["model"][place], _line(60), tuple(f"{name}{tail}" for name in also["model"])
        ),
        Column(
            f"device{tail}_installed",
            labels["installed"][place],
            cells.as_date,
            tuple(f"{name}{tail}" for name in also["installed"]),
            empty=NO_DAY,
            dated=True,
        ),
        Column(
            f"device{tail}_life",
            labels["life"][place],
            _life,
            tuple(f"{name}{tail}" for name in also["life"]),
            empty=NO_ID,
        ),
    )


SERVICE_POINTS = Kind(
    code="service-points",
    label=_("Service points"),
    icon="map-pin",
    authority=Authority.CHANGE_CUSTOMERS,
    columns=(
        Column(
            "account_number",
            _("Account number"),
            _account,
            (
                "account",
                "account no",
                "account no.",
                "acct no",
                "户号",
                "用户户号",
                "用电户号",
                "用气户号",
                "用水户号",
                "账户号",
                "缴费号",
            ),
            must=True,
        ),
        Column(
            "customer_number",
            _("Customer number"),
            _line(30),
            ("customer no", "customer no.", "customer id", "客户号", "客户编码", "用户编号"),
        ),
        Column(
            "customer_name",
            _("Customer"),
            _whole(120),
            ("name", "customer name", "户名", "用户名称", "用户姓名", "客户名称", "客户姓名", "姓名"),
            help=_("Opens an archive where a new service point names no customer number."),
        ),
        Column(
            "phone",
            _("Phone"),
            _phone,
            ("mobile", "telephone", "tel", "phone number", "联系电话", "手机", "手机号", "手机号码", "电话号码"),
            help=_("Of the archive that is opened."),
        ),
        Column(
            "address",
            _("Address"),
            _whole(200),
            ("service address", "用电地址", "用气地址", "用水地址", "装机地址", "安装地址", "详细地址"),
            new=True,
        ),
        Column(
            "unit",
            _("Place"),
            _line(60),
            ("unit", "unit code", "district", "city", "区县", "所属区县", "区域", "地区", "行政区划"),
        ),
        Column(
            "area",
            _("Service area"),
            _line(60),
            ("area", "area code", "service area code", "小区", "所属小区", "片区", "台区名称"),
            empty=NO_ID,
        ),
        Column(
            "element",
            _("Network element"),
            _line(60),
            (
                "element",
                "element code",
                "feeder",
                "transformer",
                "台区",
                "所属台区",
                "馈线",
                "线路",
                "调压站",
                "光节点",
                "网元",
            ),
            empty=NO_ID,
        ),
        *_device(1),
        *_device(2),
        *_device(3),
        Column(
            "contract_number",
            _("Contract number"),
            _line(40),
            ("contract", "contract no", "合同号", "供用电合同号", "合同"),
        ),
        Column(
            "contract_until",
            _("Contract until"),
            cells.as_date,
            ("contract end", "contract expires", "合同到期", "合同到期日", "合同截止日期"),
            empty=NO_DAY,
            dated=True,
        ),
        Column("arrears", _("Arrears"), _amount, ("debt", "amount due", "欠费", "欠费金额", "欠款"), empty=NO_AMOUNT),
        Column(
            "arrears_at",
            _("Arrears as of"),
            cells.as_date,
            ("as of", "欠费日期", "欠费截止", "截止日期"),
            empty=NO_DAY,
            dated=True,
        ),
        Column("active", _("In use"), cells.as_yes_no, ("active", "enabled", "是否在用", "在用标志"), empty=None),
    ),
)

ELEMENTS = Kind(
    code="elements",
    label=_("Network elements"),
    icon="sitemap",
    authority=Authority.CHANGE_ORGANISATION,
    columns=(
        Column("code", _("Code"), _code(30), ("element code", "网元编码", "设备编码", "编码"), must=True),
        Column("kind", _("Kind"), _line(40), ("type", "element kind", "类型", "网元类型", "设备类型"), new=True),
        Column("name", _("Name"), _line(120), ("element name", "名称", "网元名称", "设备名称"), new=True),
        Column(
            "parent",
            _("Element above"),
            _code(30),
            ("parent", "parent code", "上级", "上级编码", "父级编码", "所属上级"),
            empty="",
        ),
        Column("unit", _("Place"), _line(60), ("unit", "unit code", "区县", "所属区县", "区域", "地区"), new=True),
        Column("active", _("In use"), cells.as_yes_no, ("active", "enabled", "是否在用"), empty=None),
    ),
)

STAFF = Kind(
    code="staff",
    label=_("Staff"),
    icon="id-badge-2",
    authority=Authority.CHANGE_STAFF,
    columns=(
        Column(
            "employee_number",
            _("Employee number"),
            _code(20),
            ("employee no", "staff no", "员工编号", "员工号", "工号"),
            must=True,
        ),
        Column("username", _("Username"), _line(60), ("login", "user", "登录名", "账号", "帐号"), new=True),
        Column("name", _("Name"), _line(60), ("staff name", "姓名", "员工姓名"), new=True),
        Column("department", _("Department"), _line(60), ("department code", "部门编码", "部门", "所属部门"), new=True),
        Column("role", _("Role"), _line(60), ("role code", "角色", "岗位")),
        Column("scope", _("Reach"), _line(40), ("scope", "范围", "数据范围", "权限范围")),
        Column(
            "manager",
            _("Approval manager"),
            _code(20),
            ("manager", "approval manager number", "审批经理工号", "上级工号"),
            empty=NO_ID,
            help=_("Employee number."),
        ),
    ),
)

CODES = Kind(
    code="codes",
    label=_("Codes"),
    icon="tag",
    authority=Authority.CHANGE_CODES,
    columns=(
        Column("set", _("List"), _line(60), ("set", "列表", "代码集", "字典"), must=True),
        Column("code", _("Code"), _line(40), ("代码", "编码"), must=True),
        Column("zh", _("Name in Chinese"), _line(60), ("zh", "chinese", "中文", "中文名"), new=True),
        Column("en", _("Name in English"), _line(60), ("en", "english", "英文", "英文名"), new=True),
        Column("parent", _("Below"), _line(40), ("parent", "上级", "上级代码"), empty=""),
        Column("position", _("Order"), _position, ("position", "order", "排序", "顺序", "序号"), empty=None),
        Column("active", _("In use"), cells.as_yes_no, ("active", "enabled", "是否启用", "启用"), empty=None),
    ),
)

KINDS: Mapping[str, Kind] = {kind.code: kind for kind in (CUSTOMERS, SERVICE_POINTS, ELEMENTS, STAFF, CODES)}
