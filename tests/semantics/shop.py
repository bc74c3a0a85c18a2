"""The invented feed of tests/data/contracts/shop, as the model reads it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.semantics.model import Column, Rules, Value

TENANTS = (("1", "23"), ("1", "24"), ("2", "23"))
SPELLINGS = {
    "customers": "Customers",
    "products": "Products",
    "orders": "Orders",
    "order_items": "Items",
    "vouchers": "Vouchers",
}
Read = Callable[[str], Value]


def _text(text: str) -> Value:
    return text


def _whole(bits: int) -> Read:
    def read(text: str) -> Value:
        if not re.fullmatch(r"-?(0|[1-9][0-9]*)", text) or not -(2 ** (bits - 1)) <= int(
            text
        ) < 2 ** (bits - 1):
            raise ValueError(text)
        return int(text)

    return read


def _key(text: str) -> Value:
    if text == "-0":
        raise ValueError(text)
    return _whole(64)(text)


def _money(text: str) -> Value:
    if not re.fullmatch(r"-?([0-9]{1,4})?(\.[0-9]{1,2})?", text) or not re.search("[0-9]", text):
        raise ValueError(text)
    return Decimal(text)


def _day(text: str) -> Value:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00(\.0+)?)?", text):
        raise ValueError(text)
    day = date.fromisoformat(text[:10])
    return None if day == date(1900, 1, 1) else day


def _listed(names: dict[str, str]) -> Read:
    def read(text: str) -> Value:
        if text.strip().lower() not in names:
            raise ValueError(text)
        return text

    return read


def _mapped(names: dict[str, str]) -> Callable[[Value], Value]:
    def publish(value: Value) -> Value:
        return names.get(str(value).strip().lower(), value)

    return publish


TIERS = {"new": "new", "regular": "regular", "stammgast": "regular"}
STATES = {"open": "open", "paid": "paid", "sent": "sent"}
CATEGORIES = {"tea": "tea", "coffee": "coffee"}
TENANT = (Column("region", _text), Column("shop", _text))

CUSTOMERS = Rules(
    "customers",
    "dimension",
    (
        *TENANT,
        Column("customer_id", _key),
        Column("name", _text, required=True),
        Column("tier", _listed(TIERS), publish=_mapped(TIERS)),
        Column("credit", _money, tracked="latest"),
        Column("notes", _text, publish=None),
        Column("exported_at", _whole(32), tracked=None),
    ),
    key=("region", "shop", "customer_id"),
    tenant=("region", "shop"),
    own_key="customer_key",
    mirrors=True,
    reject_rate=0.6,
)
PRODUCTS = Rules(
    "products",
    "dimension",
    (
        *TENANT,
        Column("sku", _text),
        Column("price", _money, check=lambda value: isinstance(value, Decimal) and value > 0),
        Column("category", _text, tracked="latest", publish=_mapped(CATEGORIES)),
        Column("listed_on", _day, tracked="latest"),
    ),
    key=("region", "shop", "sku"),
    tenant=("region", "shop"),
    own_key="product_key",
    reject_rate=0.6,
)
ORDERS = Rules(
    "orders",
    "fact",
    (
        *TENANT,
        Column("order_id", _key),
        Column("customer_id", _whole(64)),
        Column("status", _listed(STATES), publish=_mapped(STATES), required=True),
        Column("amount", _money, check=lambda value: isinstance(value, Decimal) and value >= 0),
        Column("remark", _text, publish=None),
        Column("exported_at", _whole(32), tracked=None),
    ),
    key=("region", "shop", "order_id"),
    tenant=("region", "shop"),
    refers=("customer_key", "customers", "customer_id"),
    mirrors=True,
    reject_rate=0.6,
)
ORDER_ITEMS = Rules(
    "order_items",
    "fact",
    (
        *TENANT,
        Column("order_no", _text),
        Column("item", _text),
        Column("sku", _text),
        Column(
            "quantity", _whole(32), check=lambda value: isinstance(value, int) and 1 <= value <= 99
        ),
        Column("revision", _whole(32), tracked=None),
    ),
    key=("region", "shop", "order_no", "item"),
    tenant=("region", "shop"),
    refers=("product_key", "products", "sku"),
    dedupe="revision",
    reject_rate=0.6,
)

VOUCHERS = Rules(
    "vouchers",
    "dimension",
    (
        *TENANT,
        Column("voucher_id", _key),
        Column("worth", _money, required=True),
        Column("holder", _text, required=True),
        Column("tier", _listed(TIERS), tracked="latest", publish=_mapped(TIERS)),
        Column("code", _text, required=True),
    ),
    key=("region", "shop", "voucher_id"),
    tenant=("region", "shop"),
    own_key="voucher_key",
    mirrors=True,
    reject_rate=0.6,
    shapes=(
        (
            datetime(2024, 12, 1, tzinfo=UTC),
            ("region", "shop", "voucher_id", "worth", "tier", "code"),
        ),
        (
            datetime(2025, 1, 3, 2, tzinfo=UTC),
            ("region", "shop", "voucher_id", "worth", "holder", "tier", "code"),
        ),
        (
            datetime(2025, 1, 3, 23, tzinfo=UTC),
            ("region", "shop", "voucher_id", "holder", "tier", "worth"),
        ),
    ),
)


def _learned(rules: Rules, column: str, names: dict[str, str]) -> Rules:
    """The rules when values were added to the domain of a column."""
    columns = tuple(
        replace(one, read=_listed(names), publish=_mapped(names)) if one.name == column else one
        for one in rules.columns
    )
    return replace(rules, columns=columns)


LEARNED = {
    "customers": _learned(CUSTOMERS, "tier", TIERS | {"boss": "boss"}),
    "orders": _learned(ORDERS, "status", STATES | {"lost": "lost"}),
    "vouchers": _learned(VOUCHERS, "tier", TIERS | {"boss": "boss"}),
}
SHOP = {rules.extract: rules for rules in (CUSTOMERS, PRODUCTS, ORDERS, ORDER_ITEMS, VOUCHERS)}

#: Two columns of each extract that a wrong contract can have in each other's place.
SWAPPED = {
    "customers": ("customer_id", "exported_at"),
    "products": ("sku", "category"),
    "orders": ("order_id", "customer_id"),
    "order_items": ("order_no", "item"),
    "vouchers": ("voucher_id", "worth"),
}

#: Rows of which files are made, without their tenant: `good`, and `bad` ones that are rejected.
GOOD = {
    "customers": [
        *("1,Ann,New,1,,1", "1,Ann,New,1.00,,2", "1,Ann,new ,2,,1", "1,Bea,New,1,,1"),
        *("1,Ann,New,1,a note,1", "1,Bea,Regular,2,,1", "1,Bea,Stammgast,2,,2", "1,Ann,,,,"),
        *("2,Cid,New,1,,1", "2,Cid,New,2,,1", "2,Dan,New,1,,2", "3,Eve,Regular,,,1"),
    ],
    "products": [
        *("T1,1,Tea,", "T1,1.00,tea,2024-01-01", "T1,2,Tea,", "T1,1,Coffee,1900-01-01"),
        *("T1,2,Juice,", "T2,1,,", "T2,.50,Tea,2024-01-01 00:00:00.000", "t1,1,Tea,"),
    ],
    "orders": [
        *("1,1,Open,1,,1", "1,1,Paid,1,,1", "1,1, paid,1.0,,2", "1,2,Open,1,,1", "1,,Open,,,"),
        *("1,1,Open,1,gift,1", "2,1,Open,1,,1", "2,1,Sent,1,,2", "3,9,Sent,0,,1"),
    ],
    "order_items": [
        *("1,23,T1,1,1", "1,23,T1,2,2", "1,23,T1,1,3", "1,23,T2,1,", "12,3,T1,1,1"),
        *("12,3,T1,2,1", "12,3,T1,2,2", "1,2,T1,5,1", "1,2,,,1"),
    ],
    "vouchers": [
        *("1,5,Ann,New,A1", "1,5,Ann,New,A2", "1,5,Ann,Regular,A1", "1,6,Ann,,A1"),
        *("1,5,Bea,New,A1", "1,5.00,Ann,new,A1", "2,1,Cid,New,B1", "2,1,Cid,,B1", "2,2,Dan,,B1"),
    ],
}
BAD = {
    "customers": [
        *("1,,New,1,,1", "1,Ann,Boss,1,,1", "1,Ann,New,1.234,,1", "2,Cid,New,x,,1", "2,Cid"),
        *("01,Ann,New,1,,1", ",Ann,New,1,,1", "1,Ann,New,1,,one", "2,,Boss,x,,"),
    ],
    "products": [
        "T1,0,Tea,",
        "T1,-1,Tea,",
        "T2,1,Tea,2024-02-30",
        "T2,1",
        "T1,,Tea,today",
        ",1,Tea,",
    ],
    "orders": [
        "1,1,,1,,1",
        "1,1,Open,-1,,1",
        "2,1,Lost,1,,1",
        "2,x,Open,1,,1",
        "1",
        "1.0,1,Open,1,,1",
        "1,1,Open,1,,x",
    ],
    "order_items": [
        "1,23,T1,0,1",
        "12,3,T1,100,9",
        "1,23,T1",
        "1,23,T1,1,x",
        ",3,T1,1,1",
        "1,,T1,1,1",
    ],
    "vouchers": [
        *("1,5,,New,A1", "1,5,Ann,New,", "1,,Ann,New,A1", "1,5,Ann,Boss,A1", "2,x,Cid,,B1", "2,1"),
        *("01,5,Ann,New,A1", "2,1,,,"),
    ],
}
