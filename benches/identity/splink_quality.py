"""Splink on the labelled data sets with its documented settings: the figures that Portrait has to beat.

    python people.py --data DIR --out PEOPLE
    python splink_quality.py --people PEOPLE --out splink_quality.json [--only NAME] [--threads 2]

Clusters are connected components at every threshold. Reported are the threshold that the truth says is best (nobody
has it in practice) and Splink's documented 0.95. Splink's own clustering at 0.95 must give the same clusters as ours.
"""

import argparse
import importlib.metadata
import json
import logging
import math
import os
import sys
import time

import duckdb
import numpy as np
from splink import DuckDBAPI, Linker, SettingsCreator

import metrics
from splink_models import MODELS

DOCUMENTED_PROBABILITY = 0.95
KEY = "record_key"


def trained(connection, records, model, seed):
    derived = "".join(f", {expression} AS {name}" for name, expression in model.derived.items())
    table = DuckDBAPI(connection=connection).register(connection.sql(f"SELECT *{derived} FROM '{records}'"))
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=KEY,
        blocking_rules_to_generate_predictions=model.blocking,
        comparisons=model.comparisons,
        retain_matching_columns=False,
    )
    linker = Linker(table, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(model.deterministic, recall=model.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=model.u_pairs, seed=seed)
    for rule in model.sessions:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=model.ignore_term_frequencies
        )
    return linker


def splink_clusters(linker, predictions, order):
    """Splink's clusters at its documented threshold, as one integer per record."""
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=DOCUMENTED_PROBABILITY
    ).as_duckdbpyrelation().fetchnumpy()
    label = dict(zip(clusters[KEY], clusters["cluster_id"]))
    return np.unique([label[key] for key in order], return_inverse=True)[1]


def measure(folder, model, threads, seed):
    started = time.perf_counter()
    connection = duckdb.connect(config={"threads": threads})
    records = os.path.join(folder, "records.parquet")
    linker = trained(connection, records, model, seed)
    predictions = linker.inference.predict()
    edges = predictions.as_duckdbpyrelation().select(f"{KEY}_l, {KEY}_r, match_weight").fetchnumpy()
    seconds = time.perf_counter() - started

    truth = connection.sql(f"SELECT * FROM '{folder}/truth.parquet' ORDER BY {KEY}").fetchnumpy()
    position = {key: at for at, key in enumerate(truth[KEY])}
    left, right = (np.array([position[key] for key in edges[f"{KEY}_{side}"]]) for side in "lr")
    weight, person = edges["match_weight"], metrics.compact(truth["person"].astype(str))

    documented = math.log2(DOCUMENTED_PROBABILITY / (1 - DOCUMENTED_PROBABILITY))
    grid = np.unique(np.append(np.round(np.arange(-15, 45.1, 0.1), 1), documented))
    rows = metrics.sweep(left, right, weight, person, grid)
    ours = metrics.components(left[weight >= documented], right[weight >= documented], len(person))
    if metrics.quality(ours, splink_clusters(linker, predictions, truth[KEY])).f1 != 1.0:
        sys.exit(f"{folder}: Splink's clusters at {DOCUMENTED_PROBABILITY} are not the connected components found here")
    return {
        "documented_in": model.documented_in,
        "records": len(person),
        "people": len(np.unique(person)),
        "candidate_pairs": len(weight),
        "true_pairs_among_candidates": round(metrics.reachable_recall(left, right, person), 5),
        "seconds": round(seconds, 1),
        "best_on_truth": max(rows, key=lambda row: row["f1"]),
        "documented_threshold": next(row for row in rows if row["match_weight"] == documented),
        "thresholds": rows,
    }


def print_table(results):
    print("\n| data set | settings | threshold | precision | recall | F1 | B³ precision | B³ recall | B³ F1 | largest |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, models in results.items():
        for result in models:
            for label, row in (
                ("best on the truth, {:.1f} bits", result["best_on_truth"]),
                (f"documented {DOCUMENTED_PROBABILITY}", result["documented_threshold"]),
            ):
                figures = " | ".join(
                    f"{row[measure]:.4f}"
                    for measure in ("precision", "recall", "f1", "b3_precision", "b3_recall", "b3_f1")
                )
                print(
                    f"| {name} | {result['documented_in']} | {label.format(row['match_weight'])} | {figures} "
                    f"| {row['largest_cluster']} |"
                )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", required=True, help="what people.py wrote")
    parser.add_argument("--out", required=True, help="the JSON to write")
    parser.add_argument("--only", choices=MODELS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    results = {}
    for name in [options.only] if options.only else MODELS:
        folder = os.path.join(options.people, name)
        results[name] = [measure(folder, model(), options.threads, options.seed) for model in MODELS[name]]
    report = {"splink": importlib.metadata.version("splink"), "duckdb": duckdb.__version__, "results": results}
    with open(options.out, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    print_table(results)


if __name__ == "__main__":
    main()
