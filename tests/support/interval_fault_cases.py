"""Edits of `since:` and `until:` in the example contracts, each with the fault that is reported."""

CASES = {
    "an interval that begins at no time": (
        ("orders.yml", "type: date}", "type: date, since: 2025-02-30}"),
        (
            "orders.yml:23: columns[6].since: '2025-02-30' is neither a date nor a local time:"
            " write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, local time of the source, no offset"
        ),
    ),
    "an empty interval": (
        ("orders.yml", "type: date}", 'type: date, since: "2025-02-01 00:00", until: 2025-02-01}'),
        (
            "orders.yml:23: columns[6].until: the interval from 2025-02-01 00:00 to 2025-02-01 is"
            " empty: write an until after since: it is the first DateExtracted without the column"
        ),
    ),
    "a key column that is not in every file": (
        ("orders.yml", "OrderNo, type: bigint,", "OrderNo, type: bigint, until: 2025-02-01,"),
        (
            "orders.yml:18: columns[1].until: the key column 'order_id' is not in every file:"
            " remove since and until, or choose a key that all files have"
        ),
    ),
    "a tenant column that is not in every file": (
        ("orders.yml", "Branch, type: text}", "Branch, type: text, since: 2025-02-01}"),
        (
            "orders.yml:17: columns[0].since: the key column 'branch_id' is not in every file:"
            " remove since and until, or choose a key that all files have"
        ),
    ),
    "places of a column at the same time": (
        (
            "orders.yml",
            "type: date}",
            (
                "type: date, until: 2025-02-02}\n"
                "  - {name: placed_on, source: P, type: date, since: 2025-02-01}"
            ),
        ),
        (
            "orders.yml:24: columns[7].name: 'placed_on' is already in columns[6] at the same time:"
            " end one (until) where the other begins (since)"
        ),
    ),
    "places of a column that differ": (
        (
            "orders.yml",
            "type: date}",
            (
                "type: date, until: 2025-02-01}\n"
                "  - {name: placed_on, source: P, type: text, since: 2025-02-01}"
            ),
        ),
        (
            "orders.yml:24: columns[7].name: 'placed_on' differs from columns[6] in type:"
            " entries of one column may differ only in source, since and until"
        ),
    ),
    "one name twice": (
        ("orders.yml", "name: remarks", "name: status"),
        (
            "orders.yml:25: columns[8].name: 'status' is also the name of columns[4]:"
            " give each column its own name; only headings may repeat"
        ),
    ),
}
