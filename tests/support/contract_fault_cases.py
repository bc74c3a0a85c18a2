"""Edits of the example contracts, each with the one fault that is reported."""

SELF_REFERENCE = "references: [{dimension: customers, columns: [customer_id]}]"

CASES = {
    "a type that does not exist": (
        ("orders.yml", "OrderNo, type: bigint", "OrderNo, type: bigin"),
        (
            "orders.yml:18: columns[1].type: 'bigin' is not a type: use one of text, smallint,"
            " integer,"
            " bigint, numeric(p,s), numeric, boolean, date, timestamptz, uuid (did you mean"
            " bigint?)"
        ),
    ),
    "a type of another database": (
        ("orders.yml", "type: integer", "type: int"),
        (
            "orders.yml:22: columns[5].type: 'int' is not a type: use one of text, smallint,"
            " integer,"
            " bigint, numeric(p,s), numeric, boolean, date, timestamptz, uuid (did you mean"
            " integer?)"
        ),
    ),
    "numeric(p,s) without quotes": (
        ("customers.yml", '"numeric(12,2)"', "numeric(12,2)"),
        (
            "customers.yml:14: columns[4].type: 'numeric(12' was cut off at the comma:"
            ' put it in quotes: type: "numeric(12,2)"'
        ),
    ),
    "more decimals than digits": (
        ("customers.yml", "numeric(12,2)", "numeric(2,12)"),
        (
            "customers.yml:14: columns[4].type: numeric(2,12) has more decimals than digits:"
            " write numeric(digits,decimals), such as numeric(12,2)"
        ),
    ),
    "an unknown key": (
        ("orders.yml", "required: true", "requird: true"),
        (
            "orders.yml:18: columns[1].requird: 'requird' is not a key of a column: use name,"
            " source, type, format, required, domain, check, tracked, pii, description, unit,"
            " since, until or renamed_from (did you mean required?)"
        ),
    ),
    "a text cut at its comma": (
        ("orders.yml", '"Free text."', "Free, text"),
        (
            "orders.yml:25: columns[8].text: 'text' is not a key of a column and has no value:"
            " if the comma is part of the text before it, put that whole text in quotes"
        ),
    ),
    "a number where a text belongs": (
        ("source.yml", 'branch_id: "001"', "branch_id: 535"),
        "source.yml:10: tenants[0].branch_id: '535' is a number, not a text: write \"535\"",
    ),
    "a number as key": (
        ("source.yml", "Open: open", "1: open"),
        (
            "source.yml:25: domains.order_status.values: the key 1 is not a text:"
            ' put it in quotes: "1"'
        ),
    ),
    "a missing key": (
        ("source.yml", "timezone: Europe/Berlin\n", ""),
        (
            "source.yml:2: timezone: the key is missing: add it: time zone (IANA name) of local"
            " times"
            " in file names and fields"
        ),
    ),
    "a key that is there twice": (
        ("orders.yml", "extract: orders\n", "extract: orders\nextract: orders\n"),
        "orders.yml:3: extract: the key is there twice, first on line 2: remove one of them",
    ),
    "a tab": (
        ("orders.yml", "full_load", "\tfull_load"),
        (
            "orders.yml:12: there is a tab at column 1, where YAML allows only blanks:"
            " indent with blanks"
        ),
    ),
    "a bracket that is not closed": (
        ("orders.yml", "required: true}", "required: true"),
        (
            "orders.yml:18: not readable as YAML (did not find expected ',' or '}' at line 19,"
            " column 5): close the bracket; put a text with , : # or brackets in quotes as a whole"
        ),
    ),
    "a key column that does not exist": (
        ("orders.yml", "[order_id]", "[order_no]"),
        (
            "orders.yml:6: natural_key[0]: 'order_no' is not a column of orders:"
            " use the name of one of its columns (did you mean order_id?)"
        ),
    ),
    "a key type with several texts per value": (
        ("orders.yml", "[order_id]", "[changed_at]"),
        (
            "orders.yml:6: natural_key[0]: 'changed_at' is timestamptz, which has several texts for"
            " one value: a key column is text, smallint, integer, bigint, date or uuid"
        ),
    ),
    "a tenant column in the natural key": (
        ("orders.yml", "[order_id]", "[branch_id, order_id]"),
        (
            "orders.yml:6: natural_key[0]: 'branch_id' is a tenant column:"
            " remove it: tenant columns are part of every key already"
        ),
    ),
    "a tenant column that is missing": (
        ("orders.yml", "name: branch_id", "name: branch"),
        (
            "orders.yml:16: columns: the tenant column 'branch_id' is missing:"
            " add it: every extract of the source needs it, under this name (did you mean branch?)"
        ),
    ),
    "a dimension that does not exist": (
        ("orders.yml", "dimension: customers", "dimension: custmers"),
        (
            "orders.yml:9: references[0].dimension: 'custmers' is not an extract of this source:"
            " use customers"
        ),
    ),
    "a reference of another type": (
        ("orders.yml", "RecipientNo, type: bigint", "RecipientNo, type: text"),
        (
            "orders.yml:10: references[1].columns[0]: 'recipient_id' is text, and customer_id of"
            " customers is bigint: the same key must have the same text: give both the same type"
        ),
    ),
    "a reference with too many columns": (
        ("orders.yml", "[recipient_id]", "[recipient_id, order_id]"),
        (
            "orders.yml:10: references[1].columns: 2 columns for the key of customers:"
            " it has 1 column (customer_id)"
        ),
    ),
    "a reference to itself without a name of its own": (
        ("customers.yml", "full_load", f"{SELF_REFERENCE}\nfull_load"),
        (
            "customers.yml:8: references[0]: the key column 'customer_key' would have the name"
            " of the"
            " surrogate key of customers itself: give it another name with key:"
        ),
    ),
    "a domain that does not exist": (
        ("orders.yml", "domain: order_status", "domain: order_state"),
        (
            "orders.yml:21: columns[4].domain: 'order_state' is not a domain of source.yml:"
            " use order_status"
        ),
    ),
    "a domain on a number": (
        ("orders.yml", "type: integer", "type: integer, domain: order_status"),
        (
            "orders.yml:22: columns[5].domain: 'items' is of type integer, and only text has a"
            " domain:"
            " make the column text, or remove the domain"
        ),
    ),
    "values of a domain that differ in case": (
        ("source.yml", "Open: open", "Open: open, ' OPEN ': open"),
        (
            "source.yml:25: domains.order_status.values[' OPEN ']: ' OPEN ' is the same as 'Open':"
            " keep one of them: values are compared trimmed, and case does not matter"
        ),
    ),
    "a name of rawcore's own": (
        ("orders.yml", "name: remarks", "name: line_no"),
        (
            "orders.yml:25: columns[8].name: rawcore itself has a column 'line_no':"
            " choose another name, such as source_line_no"
        ),
    ),
    "a key that core would not get": (
        ("orders.yml", "OrderNo, type: bigint", "OrderNo, type: bigint, pii: drop"),
        (
            "orders.yml:18: columns[1].pii: the key column 'order_id' cannot be pii: drop:"
            " write keep, or choose another key: core needs its keys"
        ),
    ),
    "a file type of another extract": (
        ("orders.yml", "[Orders]", "[customer]"),
        (
            "orders.yml:3: file_types[0]: 'customer' is a file type of customers too:"
            " give each spelling to one extract only; case does not matter"
        ),
    ),
    "a time zone": (
        ("source.yml", "Europe/Berlin", "Pacific/Aukland"),
        (
            "source.yml:7: timezone: 'Pacific/Aukland' is not a time zone:"
            " write an IANA name such as Pacific/Auckland (did you mean Pacific/Auckland?)"
        ),
    ),
    "separators inside each other": (
        ("source.yml", 'field_separator: "|"', 'field_separator: "\\n|"'),
        (
            "source.yml:6: dialect.row_separator: the field separator '\\n|' and the row separator"
            " '\\n' contain each other: check both with the provider of the files: a row would"
            " end inside a separator"
        ),
    ),
    "a quote inside a separator": (
        ("source.yml", 'field_separator: "|"', 'field_separator: "|\'|"'),
        "source.yml:6: dialect.field_separator: holds the quote: choose another quote, or none",
    ),
    "a quote of another kind": (
        ("source.yml", 'quote: "\'"', "quote: '`'"),
        "source.yml:6: dialect.quote: '`' is not a value of quote: write \" or '",
    ),
    "a format that is none": (
        ("orders.yml", "format: YYYYMMDD", "format: DD/MM"),
        (
            "orders.yml:24: columns[7].format: 'DD/MM' is not a format of date, such as DD/MM/YYYY:"
            " see Types in docs/contracts.md"
        ),
    ),
    "a format for a type that has one only": (
        ("orders.yml", "source: Items, type: integer", "source: Items, type: integer, format: Y/N"),
        (
            "orders.yml:22: columns[5].format: integer has one text format only:"
            " see Types in docs/contracts.md"
        ),
    ),
    "a format of the source for a type that has one only": (
        ("source.yml", "{date: DD/MM/YYYY}", "{uuid: UPPER}"),
        (
            "source.yml:26: formats.uuid: uuid has one text format only:"
            " see Types in docs/contracts.md"
        ),
    ),
    "a key with a format of its own": (
        ("orders.yml", "natural_key: [order_id]", "natural_key: [placed_on]"),
        (
            "orders.yml:23: columns[6].type: the key column 'placed_on' would have the format"
            " DD/MM/YYYY: choose another key, or make it text: a key has one text for each value"
        ),
    ),
    "a tenant that no file name can hold": (
        ("source.yml", '"001"', '"01"'),
        (
            "source.yml:10: tenants[0].branch_id: '01' can never be in a file name:"
            " write 3 digits, as the patterns do"
        ),
    ),
}
