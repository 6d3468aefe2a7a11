"""The same work in DuckDB: the contract of project/pipelines/benchmark.yaml, the models of project/sql.

Reads the sample's files as text, types every value, sets rows and cells that break the contract aside with the reason,
keeps one of repeated rows, leaves out rows dated after the as-of date, and writes the same tables as Parquet (zstd).
"""

import argparse
import glob
import gzip
import json
import os
import shutil
import sys

import duckdb

TEXT, INT, SHANGHAI, UTC, DATE = "VARCHAR", "BIGINT", "shanghai", "utc", "DATE"
MONEY, RATE = "DECIMAL(12,2)", "DECIMAL(18,8)"

# source → (reader, columns: name → (type, required, accepted), unique key, order of repeats, dated by)
SOURCES = {
    "online_account": (
        ("csv", "online/accounts/*.csv*"),
        {
            "account_id": (TEXT, True, None), "created_at": (SHANGHAI + "|%Y-%m-%d %H:%M:%S", True, None),
            "name": (TEXT, False, None), "email": (TEXT, False, None), "mobile": (TEXT, False, None),
            "gender": (TEXT, False, ["F", "M"]), "birth_date": (DATE, False, None),
            "country": (TEXT, False, None), "province": (TEXT, False, None), "city": (TEXT, False, None),
            "address": (TEXT, False, None), "postcode": (TEXT, False, None), "wechat_unionid": (TEXT, False, None),
            "customer_type": (TEXT, False, ["individual", "business"]), "company_name": (TEXT, False, None),
            "tax_id": (TEXT, False, None), "industry": (TEXT, False, None), "company_size": (TEXT, False, None),
            "acquisition_campaign_id": (TEXT, False, None), "referred_by_account_id": (TEXT, False, None),
            "marketing_consent": ("BOOLEAN", False, None),
            "consent_at": (SHANGHAI + "|%Y-%m-%d %H:%M:%S", False, None), "education": (TEXT, False, None),
            "income_band": (TEXT, False, None), "interests": (TEXT, False, None),
            "updated_at": (SHANGHAI + "|%Y-%m-%d %H:%M:%S", False, None),
        },
        ["account_id"],
        # a version from after the as-of date only if there is no other
        "CASE WHEN updated_at >= TIMESTAMP '$as_of 16:00:00' THEN updated_at END NULLS FIRST, updated_at DESC NULLS LAST",
        "created_at",
    ),
    "online_order": (
        ("parquet", "online/orders/*.parquet"),
        {
            "order_id": (TEXT, True, None), "account_id": (TEXT, True, None), "ordered_at": (UTC, True, None),
            "status": (TEXT, True, ["paid", "shipped", "completed", "cancelled", "refunded"]),
            "currency": (TEXT, True, None), "total": (MONEY, True, None), "discount": (MONEY, False, None),
            "shipping_fee": (MONEY, False, None), "coupon_code": (TEXT, False, None),
            "campaign_id": (TEXT, False, None), "refunded_at": (UTC, False, None),
            "refunded_amount": (MONEY, False, None), "cancelled_at": (UTC, False, None),
            "marketplace": (TEXT, False, None),
        },
        ["order_id"],
        "list_position(['paid', 'shipped', 'completed', 'cancelled', 'refunded'], status) DESC, ordered_at",
        "ordered_at",
    ),
    "online_order_item": (
        ("parquet", "online/order_items/*.parquet"),
        {
            "order_id": (TEXT, True, None), "line": (INT, True, None), "sku": (TEXT, True, None),
            "category": (TEXT, False, None), "quantity": (INT, True, None), "unit_price": (MONEY, True, None),
            "unit_cost": (MONEY, False, None),
        },
        None, None, None,
    ),
    "online_event": (
        ("ndjson", "online/events/*.ndjson.gz"),
        {
            "event_id": (TEXT, True, None), "occurred_at": (UTC, True, None),
            "type": (TEXT, True, ["view", "search", "cart", "checkout", "login"]),
            "session_id": (TEXT, False, None), "device_id": (TEXT, False, None), "account_id": (TEXT, False, None),
            "sku": (TEXT, False, None), "query": (TEXT, False, None),
        },
        ["event_id"], "occurred_at", "occurred_at",
    ),
    "offline_receipt": (
        ("csv", "offline/receipts/*.csv*"),
        {
            "receipt_no": (TEXT, True, None), "line": (INT, True, None), "store_id": (TEXT, True, None),
            "sold_at": (SHANGHAI + "|%Y/%m/%d %H:%M", True, None), "member_no": (TEXT, False, None),
            "mobile": (TEXT, False, None), "sku": (TEXT, True, None), "category": (TEXT, False, None),
            "quantity": (INT, True, None), "amount": (MONEY, True, None), "unit_cost": (MONEY, False, None),
        },
        None, None, "sold_at",
    ),
    "exchange_rate": (
        ("csv", "reference/exchange_rates.csv"),
        {"date": (DATE, True, None), "currency": (TEXT, True, None), "rate_to_base": (RATE, True, None)},
        None, None, "date",
    ),
}

# model → (published key, SQL over the sources and the models before it)
MODELS = {
    "exchange_rate_day": (None, """
        SELECT currency, unnest(range(rated_on, next_on, INTERVAL 1 DAY))::DATE AS day, rate_to_base
        FROM (
            SELECT currency, date AS rated_on, rate_to_base,
                lead(date, 1, $as_of + 1) OVER (PARTITION BY currency ORDER BY date) AS next_on
            FROM exchange_rate WHERE currency <> 'CNY'
        )"""),
    "order_line_sum": (None, """
        SELECT order_id, count(*) AS line_count, sum(quantity) AS quantity, sum(unit_price * quantity) AS amount,
            sum(unit_cost * quantity) AS cost
        FROM online_order_item GROUP BY order_id"""),
    "clean_order": (["order_id"], """
        SELECT placed.order_id, account_id, ordered_at, (ordered_at + INTERVAL 8 HOUR)::DATE AS ordered_on, status,
            placed.currency, line_count,
            CAST(CASE WHEN status = 'cancelled' THEN 0 ELSE total END
                * CASE WHEN placed.currency = 'CNY' THEN 1 ELSE rate_to_base END AS DECIMAL(18, 2)) AS gross_amount,
            CAST(CASE WHEN status = 'cancelled' THEN 0 ELSE total - coalesce(refunded_amount, 0) END
                * CASE WHEN placed.currency = 'CNY' THEN 1 ELSE rate_to_base END AS DECIMAL(18, 2)) AS net_amount,
            CAST(CASE WHEN status = 'cancelled' THEN 0 ELSE cost END
                * CASE WHEN placed.currency = 'CNY' THEN 1 ELSE rate_to_base END AS DECIMAL(18, 2)) AS cost
        FROM online_order AS placed
        LEFT JOIN order_line_sum ON order_line_sum.order_id = placed.order_id
        LEFT JOIN exchange_rate_day AS rate
            ON rate.currency = placed.currency AND rate.day = (ordered_at + INTERVAL 8 HOUR)::DATE"""),
    "clean_receipt": (["store_id", "sold_on", "receipt_no"], """
        SELECT store_id, (sold_at + INTERVAL 8 HOUR)::DATE AS sold_on, receipt_no, max(member_no) AS member_no,
            count(*) AS line_count, sum(quantity) AS quantity, sum(amount) AS amount, sum(unit_cost * quantity) AS cost
        FROM offline_receipt GROUP BY ALL"""),
    "account_event": (["account_id", "type"], """
        SELECT account_id, type, count(*) AS events, count(DISTINCT session_id) AS sessions,
            min(occurred_at) AS first_at, max(occurred_at) AS last_at
        FROM online_event WHERE account_id IS NOT NULL GROUP BY account_id, type"""),
    "account_summary": (["account_id"], """
        WITH bought AS (
            SELECT account_id, count(*) AS order_count, sum(net_amount) AS net_revenue, sum(net_amount - cost) AS margin,
                min(ordered_at) AS first_order_at, max(ordered_at) AS last_order_at
            FROM clean_order WHERE status <> 'cancelled' GROUP BY account_id
        ),
        done AS (SELECT account_id, sum(events) AS events FROM account_event GROUP BY account_id)
        SELECT account.account_id, created_at, country, gender, customer_type,
            coalesce(order_count, 0) AS order_count, coalesce(net_revenue, 0) AS net_revenue, margin,
            first_order_at, last_order_at, coalesce(events, 0) AS events
        FROM online_account AS account
        LEFT JOIN bought ON bought.account_id = account.account_id
        LEFT JOIN done ON done.account_id = account.account_id"""),
    "daily_revenue": (["channel", "day"], """
        SELECT 'online' AS channel, ordered_on AS day, count(*) AS orders, sum(net_amount) AS net_revenue
        FROM clean_order WHERE status <> 'cancelled' GROUP BY ordered_on
        UNION ALL
        SELECT 'offline', sold_on, count(*), sum(amount) FROM clean_receipt GROUP BY sold_on"""),
}

PARQUET = "(FORMAT parquet, COMPRESSION zstd)"


def typed(name, kind):
    """The SQL that reads a text as a type; NULL if it is none."""
    value = f'nullif(trim("{name}"), \'\')'
    if kind == TEXT:
        return value
    if kind.startswith(SHANGHAI):
        return f"try_strptime({value}, '{kind.split('|')[1]}') - INTERVAL 8 HOUR"
    if kind == UTC:
        return f"try_cast({value} AS TIMESTAMPTZ)::TIMESTAMP"
    if kind == DATE:
        return f"try_strptime({value}, '%Y-%m-%d')::DATE"
    return f"try_cast({value} AS {kind})"


def header(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8-sig") as file:
        return file.readline().rstrip("\r\n").split(",")


def scan(reader, root, columns):
    form, path = reader
    files = os.path.join(root, path)
    if form == "csv":
        # Files differ in the order and number of their columns, and rejects are not kept with `union_by_name`: each
        # file is read by its own header.
        reads = []
        for file in sorted(glob.glob(files)):
            there = header(file)
            shape = ", ".join(f"'{name}': 'VARCHAR'" for name in there)
            wanted = ", ".join(f'"{name}"' if name in there else f'NULL::VARCHAR AS "{name}"' for name in columns)
            reads.append(
                f"SELECT {wanted}, '{file}' AS filename FROM read_csv('{file}', auto_detect = false, header = true, "
                f"delim = ',', quote = '\"', escape = '\"', new_line = '\\n', store_rejects = true, "
                f"columns = {{{shape}}})"
            )
        return "(" + " UNION ALL ".join(reads) + ")"
    if form == "ndjson":
        shape = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
        return (
            f"read_json('{files}', format = 'newline_delimited', columns = {{{shape}}}, ignore_errors = true, "
            "filename = true)"
        )
    return f"read_parquet('{files}', filename = true)"


def load(connection, name, root, out, as_of):
    """Loads one source: its good rows and its rejects, both to Parquet. Returns what became of its rows."""
    reader, columns, unique, order, dated_by = SOURCES[name]
    order = order and order.replace("$as_of", as_of)
    in_parquet = reader[0] == "parquet"
    selected, wrong_row, wrong_cell = [], [], []
    for column, (kind, required, accepted) in columns.items():
        raw = f'"{column}"' if in_parquet else f'nullif(trim("{column}"), \'\')'
        value = raw if in_parquet and kind != TEXT else typed(column, kind)
        if in_parquet and kind == UTC:
            value = f'timezone(\'UTC\', "{column}")'
        if accepted:
            words = ", ".join(f"'{word}'" for word in accepted)
            value = f"CASE WHEN {value} IN ({words}) THEN {value} END"
        selected.append(f'{value} AS "{column}"')
        found = "not_accepted" if accepted else "not_" + kind.split("|")[0].lower()
        reason = f"CASE WHEN {raw} IS NULL THEN '{column} missing_value' ELSE '{column} {found}' END"
        if required:
            wrong_row.append(f"CASE WHEN ({value}) IS NULL THEN {reason} END")
        elif kind != TEXT or accepted:
            if not in_parquet:
                wrong_cell.append(f"CASE WHEN {raw} IS NOT NULL AND ({value}) IS NULL THEN '{column} {found}' END")
    if reader[0] == "ndjson":
        # A line that is no JSON comes as a row of NULLs: one reject, not one for each required column.
        nothing = " AND ".join(f'"{column}" IS NULL' for column in columns)
        wrong_row = [f"CASE WHEN NOT ({nothing}) THEN {case} END" for case in wrong_row]
        wrong_row.append(f"CASE WHEN {nothing} THEN 'json_syntax' END")
    # Rows after the as-of date are not there yet: what is wrong in them is no reject.
    there = "TRUE"
    if dated_by:
        there = "coalesce(" + (
            f"{dated_by} <= DATE '{as_of}'" if columns[dated_by][0] == DATE
            else f"{dated_by} < TIMESTAMP '{as_of} 16:00:00'"
        ) + ", TRUE)"
    listed = lambda cases: f"list_filter([{', '.join(cases)}], lambda reason: reason IS NOT NULL)" if cases else "[]"
    connection.execute(
        f"CREATE TEMP TABLE typed AS SELECT {', '.join(selected)}, filename, {listed(wrong_row)} AS wrong_row, "
        f"{listed(wrong_cell)} AS wrong_cell FROM {scan(reader, root, columns)}"
    )
    malformed = 0
    if reader[0] == "csv":
        malformed = connection.execute("SELECT count(DISTINCT (file_id, line)) FROM reject_errors").fetchone()[0]
    read, rejected = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE len(wrong_row) > 0) FROM typed"
    ).fetchone()
    # One reject for a line with too few or too many fields, as Portrait counts; DuckDB lists every column that lacks.
    extra = (
        "UNION ALL SELECT file_path, min(error_type::VARCHAR), 'row' FROM reject_errors "
        "JOIN reject_scans USING (scan_id, file_id) GROUP BY file_path, scan_id, file_id, line"
        if reader[0] == "csv" else ""
    )
    connection.execute(
        f"COPY (SELECT filename, unnest(wrong_row) AS reason, 'row' AS kind FROM typed WHERE len(wrong_row) > 0 AND {there} "
        f"UNION ALL SELECT filename, unnest(wrong_cell), 'cell' FROM typed "
        f"WHERE len(wrong_cell) > 0 AND len(wrong_row) = 0 AND {there} {extra}) TO '{out}/rejects_{name}.parquet' {PARQUET}"
    )
    if extra:
        connection.execute("DELETE FROM reject_errors; DELETE FROM reject_scans")
    good = "len(wrong_row) = 0"
    if dated_by:
        good += (
            f" AND {dated_by} <= DATE '{as_of}'" if columns[dated_by][0] == DATE
            else f" AND {dated_by} < TIMESTAMP '{as_of} 16:00:00'"
        )
    kept = (
        f" QUALIFY row_number() OVER (PARTITION BY {', '.join(unique)} ORDER BY {order}) = 1" if unique else ""
    )
    names = ", ".join(f'"{column}"' for column in columns)
    connection.execute(
        f"COPY (SELECT {names} FROM typed WHERE {good}{kept}) TO '{out}/source_{name}.parquet' {PARQUET}"
    )
    connection.execute("DROP TABLE typed")
    connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{out}/source_{name}.parquet')")
    return {"read": read + malformed, "rejected": rejected + malformed}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for flag in ("--data", "--out", "--as-of", "--memory"):
        parser.add_argument(flag, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.out, ignore_errors=True)
    os.makedirs(options.out)
    connection = duckdb.connect(os.path.join(options.out, "work.duckdb"))
    connection.execute(
        f"SET threads = {options.threads}; SET memory_limit = '{options.memory}'; SET TimeZone = 'UTC'; "
        f"SET preserve_insertion_order = false; SET temp_directory = '{options.out}/spill'"
    )
    report = {name: load(connection, name, options.data, options.out, options.as_of) for name in SOURCES}
    for name, (key, sql) in MODELS.items():
        sql = sql.replace("$as_of", f"DATE '{options.as_of}'")
        ordered = f"SELECT * FROM ({sql}) ORDER BY {', '.join(key)}" if key else sql
        connection.execute(f"COPY ({ordered}) TO '{options.out}/{name}.parquet' {PARQUET}")
        connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{options.out}/{name}.parquet')")
    connection.close()
    os.remove(os.path.join(options.out, "work.duckdb"))
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
