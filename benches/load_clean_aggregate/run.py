"""Load, clean, aggregate: Portrait against DuckDB on the same files, in turn, medians, with peak resident memory.

    python run.py --portrait ../../target/release/portrait --data DIR --out DIR
"""

import argparse
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = ["online_account", "online_order", "online_order_item", "online_event", "offline_receipt", "exchange_rate"]
# table → what must agree beside the number of rows
TABLES = {
    "clean_order": "sum(gross_amount), sum(net_amount), sum(cost), sum(line_count)",
    "clean_receipt": "sum(amount), sum(cost), sum(quantity)",
    "account_event": "sum(events), sum(sessions)",
    "account_summary": "sum(order_count), sum(net_revenue), sum(margin), sum(events)",
    "daily_revenue": "sum(orders), sum(net_revenue)",
}


def measure(command, directory):
    """Seconds and peak resident bytes of a command, its children included; fails loudly if it does."""
    log = os.path.join(directory, "last.log")
    with open(log, "wb") as output:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=os.path.join(HERE, "project"))
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as text:
            sys.exit(f"{' '.join(command)} ended with {child.returncode}:\n{text.read()[-4000:]}")
    return seconds, usage.ru_maxrss * 1024


def tables_of_portrait(warehouse, name):
    """The files of a table in the latest release, published or not."""
    newest = max(glob.glob(os.path.join(warehouse, "releases", "*.json")))
    with open(newest, encoding="utf-8") as text:
        table = json.load(text)["tables"].get(name)
    files = table["partitions"][-1]["files"] if table else []
    return [os.path.join(warehouse, file["path"]) for file in files]


def facts(files, checks):
    if not files:
        return None
    listed = ", ".join(f"'{file}'" for file in files)
    return duckdb.sql(f"SELECT count(*), {checks} FROM read_parquet([{listed}], union_by_name = true)").fetchall()[0]


def compare(warehouse, peer):
    """Rows of what both engines wrote, and whether rows and sums agree."""
    lines, agree = [], True
    for name in SOURCES:
        ours = facts(tables_of_portrait(warehouse, f"source__{name}"), "0")
        theirs = facts([f"{peer}/source_{name}.parquet"], "0")
        lines.append((f"source {name}", ours and ours[0], theirs[0], ours == theirs))
        kept_apart = "count(*) FILTER (WHERE kind = 'row'), count(*) FILTER (WHERE kind = 'cell')"
        ours = facts(glob.glob(f"{warehouse}/quarantine/{name}/**/*.parquet", recursive=True), kept_apart) or (0, 0, 0)
        theirs = facts([f"{peer}/rejects_{name}.parquet"], kept_apart)
        lines.append((f"rejects {name}", ours[0], theirs[0], ours == theirs))
    for name, checks in TABLES.items():
        ours, theirs = facts(tables_of_portrait(warehouse, name), checks), facts([f"{peer}/{name}.parquet"], checks)
        lines.append((name, ours and ours[0], theirs[0], ours == theirs))
    agree = all(same for *_, same in lines)
    print("\n| table | Portrait | DuckDB | same |\n|---|---:|---:|---|")
    for name, ours, theirs, same in lines:
        print(f"| {name} | {'-' if ours is None else format(ours, ',')} | {theirs:,} | {'yes' if same else 'NO'} |")
    return agree


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portrait", required=True, help="the release binary")
    parser.add_argument("--data", required=True, help="a sample written by `portrait demo`")
    parser.add_argument("--out", required=True, help="a scratch folder")
    parser.add_argument("--as-of", default="2026-06-30", help="the sample's last day")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="4GB")
    options = parser.parse_args()
    portrait, data, out = map(os.path.abspath, (options.portrait, options.data, options.out))
    os.makedirs(out, exist_ok=True)
    warehouse, peer = os.path.join(out, "warehouse"), os.path.join(out, "peer")
    settings = ["--as-of", options.as_of, "--threads", str(options.threads), "--memory", options.memory]
    commands = {
        "Portrait": [portrait, "run", "benchmark", "--data-root", data, "--warehouse", warehouse, *settings],
        "DuckDB": [sys.executable, os.path.join(HERE, "peer.py"), "--data", data, "--out", peer, *settings],
    }
    results = {name: [] for name in commands}
    for _ in range(options.runs):
        shutil.rmtree(warehouse, ignore_errors=True)
        for name, command in commands.items():
            results[name].append(measure(command, out))
    seconds = {name: statistics.median(run[0] for run in runs) for name, runs in results.items()}
    memory = {name: statistics.median(run[1] for run in runs) for name, runs in results.items()}
    print(f"{options.runs} runs in turn, medians, {options.threads} threads, memory limit {options.memory}\n")
    print("| engine | seconds | all runs | peak resident memory |\n|---|---:|---|---:|")
    for name, runs in results.items():
        every = ", ".join(f"{run[0]:.1f}" for run in runs)
        label = f"DuckDB {duckdb.__version__}" if name == "DuckDB" else name
        print(f"| {label} | {seconds[name]:.1f} | {every} | {memory[name] / 1e6:,.0f} MB |")
    print(
        f"| Portrait / DuckDB | {seconds['Portrait'] / seconds['DuckDB']:.2f} | "
        f"| {memory['Portrait'] / memory['DuckDB']:.2f} |"
    )
    return 0 if compare(warehouse, peer) else 1


if __name__ == "__main__":
    sys.exit(main())
