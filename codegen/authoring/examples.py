"""A small source that uses every key. The contract reference shows it, and a test loads it."""

EXAMPLES: dict[str, str] = {
    "source.yml": """\
# yaml-language-server: $schema=../schema/source.schema.json
source: shop
title: Web shop
description: Nightly exports of the web shop.
format: delimited
dialect: {field_separator: "|", row_separator: "\\n", encoding: utf-8, header: true, quote: "'"}
timezone: Europe/Berlin
tenant: [branch_id]
tenants:
  - {branch_id: "001", name: "Example branch"}
file_names:
  patterns:
    # 001_Orders_20250731_250801.csv
    - "{branch_id:3}_{file_type}_{date_to:YYYYMMDD}_{date_extracted:YYMMDD}"
    - "{branch_id:3}_{file_type}_{kind}_{date_extracted:YYYYMMDDHH24MISS}"
  endings: ["", ".csv"]
full_before: null
ragged_rows: reject
null_dates: ["1900-01-01"]
thresholds: {reject_rate: 0.05, mirror_close_share: 0.2}
domains:
  order_status:
    description: How far an order has come.
    unknown: reject
    values: {Open: open, Paid: paid, "Sent, not paid": sent}
formats: {date: DD/MM/YYYY}
""",
    "customers.yml": """\
# yaml-language-server: $schema=../schema/extract.schema.json
extract: customers
file_types: [Customers, Customer]
description: People and firms that have an account.
entity: customer
natural_key: [customer_id]
core: {kind: dimension, table: dim_customers}
full_load: mirror
columns:
  - {name: branch_id, source: Branch, type: text}
  - {name: customer_id, source: CustomerNo, type: bigint, description: "Number of the account."}
  - {name: email, source: EMail, type: text, pii: pseudonymise}
  - {name: town, source: Town, type: text, pii: keep, renamed_from: city}
  - {name: credit_limit, source: Limit, type: "numeric(12,2)", unit: EUR, tracked: latest}
  - {name: exported_at, source: ExportedAt, type: timestamptz, tracked: false}
""",
    "orders.yml": """\
# yaml-language-server: $schema=../schema/extract.schema.json
extract: orders
file_types: [Orders]
description: Orders placed, paid or sent.
entity: order
natural_key: [order_id]
core: {kind: fact, table: fact_orders}
references:
  - {dimension: customers, columns: [customer_id]}
  - {dimension: customers, columns: [recipient_id], key: recipient_key}
dedupe: [changed_at]
full_load: upsert
ragged_rows: fail
raw_key_index: true
thresholds: {reject_rate: 0.01}
columns:
  - {name: branch_id, source: Branch, type: text}
  - {name: order_id, source: OrderNo, type: bigint, required: true}
  - {name: customer_id, source: CustomerNo, type: bigint, required: true}
  - {name: recipient_id, source: RecipientNo, type: bigint}
  - {name: status, source: Status, type: text, domain: order_status}
  - {name: items, source: Items, type: integer, check: items BETWEEN 1 AND 1000}
  - {name: placed_on, source: PlacedOn, type: date}
  - {name: sent_on, source: SentOn, type: date, format: YYYYMMDD, check: sent_on >= placed_on}
  - {name: remarks, source: Remarks, type: text, pii: drop, description: "Free text."}
  - {name: changed_at, source: ChangedAt, type: timestamptz}
""",
}
