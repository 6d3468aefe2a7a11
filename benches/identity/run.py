"""Identity: Portrait against Splink on the same generated records, in turn, with time, memory and agreement with the truth.

    python run.py --portrait ../../target/release/portrait --project project --out DIR [--records 100000,1000000]

Both get the same file, the same number of threads and the same memory limit. Portrait's time is its whole process,
from reading the file to the published release; Splink's runs from loading to clusters, without starting Python. Memory
is the peak resident size, as the kernel counts it. Records that a tool leaves out of its clusters count as alone.
"""

import argparse
import glob
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys

import polars as pl

import metrics

HERE = os.path.dirname(os.path.abspath(__file__))
# Run in the project's folder; the names in braces are filled in.
PORTRAIT = (
    "run {pipeline} --data-root {data} --warehouse {warehouse} --as-of {as_of} --threads {threads} --memory {memory}"
)


def measure(command, directory, log):
    """Wall and processor seconds, peak resident bytes and load of a command; fails loudly if it does."""
    load = os.getloadavg()[0]
    with open(log, "wb") as output:
        started = os.times().elapsed
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=directory)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = os.times().elapsed - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as text:
            sys.exit(f"{shlex.join(command)} ended with {child.returncode}:\n{text.read()[-4000:]}")
    return {
        "seconds": seconds, "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024, "load": load,
    }


def generated(records, seed, out):
    """(data folder, truth file) of that many records; the truth lies outside of what Portrait reads."""
    folder = os.path.join(out, str(records))
    data, truth = os.path.join(folder, "data"), os.path.join(folder, f"truth_{seed}.parquet")
    if not os.path.exists(truth):
        os.makedirs(data, exist_ok=True)
        command = [sys.executable, "generate.py", "--records", str(records), "--seed", str(seed)]
        subprocess.run(
            [*command, "--out", f"{data}/people.parquet", "--truth", f"{truth}.part"], cwd=HERE, check=True)
        os.rename(f"{truth}.part", truth)
    return data, truth


def agreement(truth, clusters):
    """Quality of a table of record_key and cluster; a record that is missing from it is alone."""
    both = pl.read_parquet(truth).join(clusters, on="record_key", how="left")
    if both.height != pl.scan_parquet(truth).select(pl.len()).collect().item():
        sys.exit("a record is in more than one cluster")
    label = pl.coalesce(pl.col("cluster"), "alone " + pl.col("record_key"))
    codes = both.select(label.rank("dense").alias("cluster"), pl.col("person").rank("dense"))
    found = metrics.quality(codes["cluster"].to_numpy(), codes["person"].to_numpy()).as_row()
    return {**found, "records_missing": both["cluster"].null_count()}


def run_portrait(options, data, folder):
    warehouse = os.path.join(folder, "warehouse")
    shutil.rmtree(warehouse, ignore_errors=True)
    filled = options.portrait_arguments.format(
        pipeline=options.pipeline, data=shlex.quote(data), warehouse=shlex.quote(warehouse), as_of=options.as_of,
        threads=options.threads, memory=options.memory,
    )
    measured = measure(
        [os.path.abspath(options.portrait), *shlex.split(filled)], os.path.abspath(options.project),
        os.path.join(folder, "portrait.log"),
    )
    with open(max(glob.glob(os.path.join(warehouse, "releases", "*.json"))), encoding="utf-8") as text:
        table = json.load(text)["tables"]["identity_map"]
    files = [os.path.join(warehouse, file["path"]) for file in table["partitions"][-1]["files"]]
    current = pl.scan_parquet(files).filter(pl.col("valid_to").is_null())
    clusters = current.select(record_key="source_key", cluster=pl.col("customer_id").cast(pl.String)).collect()
    return measured, clusters


def run_splink(options, data, folder):
    report, clusters = os.path.join(folder, "splink.json"), os.path.join(folder, "splink_clusters.parquet")
    measured = measure(
        [sys.executable, "splink_speed.py", os.path.join(data, "people.parquet"), "--threads", str(options.threads),
         "--memory-limit", options.memory, "--u-pairs", str(options.u_pairs), "--no-truth", "--out", report,
         "--clusters", clusters],
        HERE, os.path.join(folder, "splink.log"),
    )
    with open(report, encoding="utf-8") as text:
        phases = json.load(text)
    measured |= {"seconds": phases["total_seconds"], "phases": phases["seconds"], "splink": phases["splink"]}
    return measured, pl.read_parquet(clusters).select("record_key", cluster="cluster_id")


TOOLS = {"Portrait": run_portrait, "Splink": run_splink}


def measure_size(options, records):
    """Every tool in turn, `runs` times: tool → list of runs, the agreement of the last one with them."""
    data, truth = generated(records, options.seed, options.out)
    folder = os.path.dirname(data)
    tools = [tool for tool in TOOLS if tool != "Splink" or records <= options.splink_up_to]
    tools = [tool for tool in tools if tool != "Portrait" or options.portrait]
    results = {tool: {"runs": []} for tool in tools}
    for _ in range(options.runs):
        for tool in tools:
            # A first run pays for the memory that another program has just given back to the machine.
            for _ in range(options.warm_ups):
                TOOLS[tool](options, data, folder)
            measured, clusters = TOOLS[tool](options, data, folder)
            results[tool]["runs"].append(measured)
            results[tool]["agreement"] = agreement(truth, clusters)
    return results


def median(result, what):
    return statistics.median(run[what] for run in result["runs"])


def print_table(options, results):
    print(
        f"\n{options.runs} runs in turn, medians, {options.warm_ups} warm-ups before each, {options.threads} threads, "
        f"memory limit {options.memory}\n"
    )
    print("| records | tool | seconds | processor seconds | peak memory | precision | recall | F1 | largest | load |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|---|")
    for records, tools in results.items():
        for tool, result in tools.items():
            found, loads = result["agreement"], ", ".join(f"{run['load']:.1f}" for run in result["runs"])
            print(
                f"| {records:,} | {tool} | {median(result, 'seconds'):.1f} | {median(result, 'processor_seconds'):.1f} "
                f"| {median(result, 'peak_bytes') / 1e6:,.0f} MB | {found['precision']:.4f} | {found['recall']:.4f} "
                f"| {found['f1']:.4f} | {found['largest_cluster']} | {loads} |"
            )
        if len(tools) == 2:
            portrait, splink = tools["Portrait"], tools["Splink"]
            faster = median(splink, "seconds") / median(portrait, "seconds")
            memory = median(portrait, "peak_bytes") / median(splink, "peak_bytes")
            gain = portrait["agreement"]["f1"] - splink["agreement"]["f1"]
            print(f"| | Portrait to Splink | {faster:.1f} times faster | | {memory:.2f} of it | | | {gain:+.4f} | | |")
    for records, tools in results.items():
        for run in tools.get("Splink", {"runs": []})["runs"]:
            phases = ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in run["phases"].items())
            print(f"\nSplink {run['splink']}, {records:,} records: {phases}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portrait", help="the release binary (without it only Splink runs)")
    parser.add_argument("--project", default=os.path.join(HERE, "project"))
    parser.add_argument("--pipeline", default="identity")
    parser.add_argument("--portrait-arguments", default=PORTRAIT, help=f"(default: {PORTRAIT})")
    parser.add_argument("--out", required=True, help="a scratch folder")
    parser.add_argument("--records", default="100000", help="one or more sizes, separated by commas")
    parser.add_argument("--splink-up-to", type=int, default=1_000_000, help="leave Splink out of larger sizes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--warm-ups", type=int, default=0, help="runs of each tool right before each that counts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--u-pairs", type=float, default=1e7, help="random pairs that Splink estimates u from")
    parser.add_argument("--as-of", default="2026-06-30")
    options = parser.parse_args()
    options.out = os.path.abspath(options.out)
    sizes = [int(size) for size in options.records.split(",")]
    results = {records: measure_size(options, records) for records in sizes}
    with open(os.path.join(options.out, "results.json"), "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    print_table(options, results)


if __name__ == "__main__":
    main()
