"""Splink on generated records, from loading to clusters: time of each phase, peak memory, pairs, agreement with the truth.

    python splink_speed.py people.parquet --threads 2 --memory-limit 8GB [--truth FILE] [--out result.json]

Blocking and comparisons are those of project/, as near as Splink has them. Prior from deterministic rules, u by
sampling, m by EM; the comparisons call each similarity once, as Splink's performance guide advises. Memory is the peak
resident size of this process, as the kernel counts it. How clusters agree with the truth is measured after the clock
has stopped.
"""

import argparse
import importlib.metadata
import json
import logging
import math
import os
import resource
import sys
import tempfile
import time

import duckdb
import numpy as np
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

import metrics

BLOCKING = [
    block_on("surname", "date_of_birth"),
    block_on("email"),
    block_on("mobile"),
    block_on("first_name", "surname", "postcode"),
    block_on("date_of_birth", "postcode"),
]
DETERMINISTIC = [
    block_on("first_name", "surname", "date_of_birth"),
    block_on("email"),
    block_on("mobile", "first_name"),
]
DETERMINISTIC_RECALL = 0.8
SESSIONS = [block_on("email"), block_on("surname", "date_of_birth")]
DERIVED = {
    "birth_text": "CAST(date_of_birth AS VARCHAR)",
    "email_user": "split_part(email, '@', 1)",
    "postcode_sector": "left(postcode, greatest(length(postcode) - 2, 0))",
}


def null_level(column, function):
    """Missing on a side. The function stands in the first branch so that DuckDB computes it once for all levels."""
    return cll.CustomLevel(
        f"{function}({column}_l, {column}_r) = -100 OR {column}_l IS NULL OR {column}_r IS NULL"
    ).configure(is_null_level=True)


def level(condition):
    return cll.CustomLevel(condition)


def name(column):
    return cl.CustomComparison([
        null_level(column, "jaro_winkler_similarity"),
        cll.ExactMatchLevel(column).configure(tf_adjustment_column=column),
        cll.JaroWinklerLevel(column, 0.92),
        cll.JaroWinklerLevel(column, 0.8),
        cll.ElseLevel(),
    ], output_column_name=column)


def comparisons():
    return [
        name("first_name"),
        name("surname"),
        cl.CustomComparison([
            null_level("birth_text", "damerau_levenshtein"),
            cll.ExactMatchLevel("birth_text"),
            cll.DamerauLevenshteinLevel("birth_text", 1),
            level("left(birth_text_l, 7) = left(birth_text_r, 7)"),
            cll.ElseLevel(),
        ], output_column_name="date_of_birth"),
        cl.CustomComparison([
            null_level("email_user", "jaro_winkler_similarity"),
            cll.ExactMatchLevel("email"),
            cll.JaroWinklerLevel("email_user", 0.88),
            cll.ElseLevel(),
        ], output_column_name="email"),
        cl.CustomComparison([
            null_level("mobile", "damerau_levenshtein"),
            cll.ExactMatchLevel("mobile"),
            cll.DamerauLevenshteinLevel("mobile", 1),
            cll.ElseLevel(),
        ], output_column_name="mobile"),
        cl.CustomComparison([
            cll.NullLevel("postcode"),
            cll.ExactMatchLevel("postcode"),
            cll.ExactMatchLevel("postcode_sector"),
            cll.ElseLevel(),
        ], output_column_name="postcode"),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    ]


class Phases:
    """Wall time of each phase, in order."""

    def __init__(self):
        self.seconds, self.last = {}, time.perf_counter()

    def done(self, phase):
        now = time.perf_counter()
        self.seconds[phase], self.last = round(now - self.last, 2), now


def link(connection, options, phases):
    derived = "".join(f", {expression} AS {column}" for column, expression in DERIVED.items())
    connection.execute(f"CREATE TABLE people AS SELECT *{derived} FROM '{options.file}'")
    api = DuckDBAPI(connection=connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        blocking_rules_to_generate_predictions=BLOCKING,
        comparisons=comparisons(),
        retain_matching_columns=False,
    )
    linker = Linker(api.register("people"), settings, log_level=logging.ERROR)
    phases.done("load")
    linker.training.estimate_probability_two_random_records_match(DETERMINISTIC, recall=DETERMINISTIC_RECALL)
    phases.done("prior")
    linker.training.estimate_u_using_random_sampling(max_pairs=options.u_pairs)
    phases.done("u")
    for rule in SESSIONS:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    phases.done("em")
    chunks = {"num_chunks_left": options.chunks, "num_chunks_right": options.chunks} if options.chunks > 1 else {}
    predictions = linker.inference.predict(threshold_match_probability=options.keep, **chunks)
    phases.done("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=options.threshold
    )
    phases.done("cluster")
    return linker, predictions, clusters


def candidate_pairs():
    """SQL that counts the distinct pairs that the blocking rules make."""
    rules = ["l.surname = r.surname AND l.date_of_birth = r.date_of_birth", "l.email = r.email", "l.mobile = r.mobile",
             "l.first_name = r.first_name AND l.surname = r.surname AND l.postcode = r.postcode",
             "l.date_of_birth = r.date_of_birth AND l.postcode = r.postcode"]
    # A pair counts with the first rule that makes it.
    counted = []
    for at, rule in enumerate(rules):
        earlier = "".join(f" AND ({before}) IS NOT TRUE" for before in rules[:at])
        counted.append(
            f"SELECT count(*) AS pairs FROM people l JOIN people r ON {rule} AND l.record_key < r.record_key{earlier}"
        )
    return f"SELECT sum(pairs)::BIGINT FROM ({' UNION ALL '.join(counted)})"


def agreement(connection, truth, predictions, clusters, threshold):
    """Quality of Splink's clusters, and of those that the threshold best for the truth would give."""
    connection.execute(
        f"CREATE TABLE answer AS SELECT record_key, person, row_number() OVER () - 1 AS place FROM '{truth}'"
    )
    found, kept = clusters.physical_name, predictions.physical_name
    both = connection.sql(
        f"SELECT dense_rank() OVER (ORDER BY cluster_id) AS cluster, CAST(person AS BIGINT) AS person "
        f"FROM answer JOIN {found} USING (record_key) ORDER BY place"
    ).fetchnumpy()
    edges = connection.sql(
        f"SELECT l.place AS l, r.place AS r, match_weight FROM {kept} JOIN answer l ON l.record_key = record_key_l "
        "JOIN answer r ON r.record_key = record_key_r"
    ).fetchnumpy()
    grid = [bits for bits in np.arange(-8, 30.5, 0.5) if bits >= edges["match_weight"].min() - 0.5]
    rows = metrics.sweep(edges["l"], edges["r"], edges["match_weight"], metrics.compact(both["person"]), grid)
    return {
        "threshold": threshold,
        "threshold_bits": round(math.log2(threshold / (1 - threshold)), 2),
        "clusters": metrics.quality(both["cluster"], both["person"]).as_row(),
        "best_on_truth": max(rows, key=lambda row: row["f1"]),
        "thresholds": rows,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="what generate.py wrote")
    parser.add_argument("--truth", help="(default: beside it, NAME_truth.parquet)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-limit", default="8GB", help="of DuckDB, which spills beyond it")
    parser.add_argument("--u-pairs", type=float, default=1e7)
    parser.add_argument("--keep", type=float, default=0.01, help="the least probability of a pair that is kept")
    parser.add_argument("--threshold", type=float, default=0.95, help="the least probability of an edge")
    parser.add_argument("--chunks", type=int, default=1, help="predict in this many parts by this many")
    parser.add_argument("--out", help="a JSON to write")
    parser.add_argument("--clusters", help="a Parquet file to write record_key and cluster_id to")
    parser.add_argument("--no-truth", action="store_true", help="leave the agreement and the count of pairs out")
    options = parser.parse_args()
    truth = options.truth or "_truth".join(os.path.splitext(options.file))
    with tempfile.TemporaryDirectory() as spill:
        phases, load_before = Phases(), os.getloadavg()[0]
        connection = duckdb.connect(config={
            "threads": options.threads, "memory_limit": options.memory_limit, "temp_directory": spill,
            "preserve_insertion_order": False,
        })
        linker, predictions, clusters = link(connection, options, phases)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        records = connection.execute("SELECT count(*) FROM people").fetchone()[0]
        report = {
            "splink": importlib.metadata.version("splink"), "duckdb": duckdb.__version__,
            "records": records, "threads": options.threads, "memory_limit": options.memory_limit,
            "seconds": phases.seconds, "total_seconds": round(sum(phases.seconds.values()), 2),
            "peak_resident_megabytes": round(peak / 1e6), "load_average": [load_before, os.getloadavg()[0]],
            "kept_pairs": connection.execute(f"SELECT count(*) FROM {predictions.physical_name}").fetchone()[0],
        }
        if options.clusters:
            connection.execute(
                f"COPY (SELECT record_key, cluster_id FROM {clusters.physical_name}) TO '{options.clusters}'"
            )
        if not options.no_truth:
            report["candidate_pairs"] = connection.execute(candidate_pairs()).fetchone()[0]
            report["agreement"] = agreement(connection, truth, predictions, clusters, options.threshold)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    brief = {key: value for key, value in report.items() if key != "agreement"}
    if "agreement" in report:
        brief["agreement"] = {key: value for key, value in report["agreement"].items() if key != "thresholds"}
    json.dump(brief, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
