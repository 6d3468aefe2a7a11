"""Makes realistic person records, with the truth apart, for the speed benchmark: the same for the same count and seed.

    python generate.py --records 1000000 --seed 1 --out people.parquet [--truth people_truth.parquet]

Records hold record_key (opaque), first_name, surname, date_of_birth, email, mobile, postcode and city; the truth holds
record_key and person. A person has 2.5 records on average (1 to 8), in Chinese or Western script, in no order. Values
are missing, mistyped, outdated, abbreviated or in the wrong column with the shares stated below.
"""

import argparse
import os

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import names
from population import TODAY, population

RECORDS_PER_PERSON_SHARES = [0.36, 0.26, 0.15, 0.10, 0.06, 0.035, 0.02, 0.015]
MISSING = {
    "first_name": 0.05, "surname": 0.05, "date_of_birth": 0.15, "email": 0.20, "mobile": 0.12, "postcode": 0.10,
    "city": 0.08,
}
MISTYPED = {"first_name": 0.04, "surname": 0.04, "email": 0.025, "mobile": 0.02, "postcode": 0.02, "city": 0.02}
WRONG_DATE = 0.05
OUTDATED = 0.35
IN_PINYIN, NICKNAMED, NAMES_SWAPPED = 0.12, 0.06, 0.02
CHUNK = 500_000

LATIN, DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
CHARACTERS = "".join(entry[0] for entry in names.GIVEN_CHARACTERS)
SCHEMA = pa.schema(
    [("record_key", pa.string()), ("first_name", pa.string()), ("surname", pa.string()), ("date_of_birth", pa.date32()),
     ("email", pa.string()), ("mobile", pa.string()), ("postcode", pa.string()), ("city", pa.string())]
)
TRUTH = pa.schema([("record_key", pa.string()), ("person", pa.string())])


def owners(records, seed):
    """The person of every record, shuffled; and how many people there are."""
    rng = np.random.default_rng([seed, 1])
    counts = rng.choice(np.arange(1, 9), size=records, p=RECORDS_PER_PERSON_SHARES)
    people = int(np.searchsorted(np.cumsum(counts), records)) + 1
    person = np.repeat(np.arange(people, dtype=np.int32), counts[:people])[:records]
    rng.shuffle(person)
    return person, people


def record_keys(first, count, seed):
    """Opaque keys, one to one with the record's number: the finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        value = np.arange(first, first + count, dtype=np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        value ^= value >> np.uint64(31)
    return pl.Series([f"{key:016x}" for key in value.tolist()])


def mistype(text, kind, place, letter):
    """One slip: a character replaced, left out, put in, or two changed round. Never leaves nothing."""
    alphabet = DIGITS if text[place % len(text)].isdigit() else LATIN if text.isascii() else CHARACTERS
    at, wrong = place % len(text), alphabet[letter % len(alphabet)]
    if kind == 0 and len(text) > 1:
        return text[:at] + text[at + 1:]
    if kind == 1:
        return text[:at] + wrong + text[at:]
    if kind == 2 and len(text) > 1:
        at = min(at, len(text) - 2)
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return text[:at] + wrong + text[at + 1:]


def with_slips(rng, column, share):
    chosen = np.flatnonzero(rng.random(len(column)) < share)
    kinds, places, letters = (rng.integers(0, limit, len(chosen)).tolist() for limit in (4, 10**6, 10**6))
    wrong = [mistype(text, *slip) for text, *slip in zip(column.gather(chosen).to_list(), kinds, places, letters)]
    return column.scatter(chosen, pl.Series(wrong, dtype=pl.String))


def with_wrong_dates(rng, dates):
    """Day and month changed round, a day, month or year misread, or only the year kept: always a date there is."""
    parts = pl.DataFrame({"date": dates}).select(
        year=pl.col("date").dt.year(), month=pl.col("date").dt.month(), day=pl.col("date").dt.day())
    year, month, day = (parts[name].to_numpy().astype(np.int64) for name in ("year", "month", "day"))
    wrong = rng.random(len(dates)) < WRONG_DATE
    kind = np.where(wrong, rng.choice(5, size=len(dates), p=[0.25, 0.25, 0.2, 0.15, 0.15]), -1)
    swapped = (kind == 0) & (day <= 12)
    new_month = np.where(swapped, day, np.where(kind == 2, rng.integers(1, 13, len(dates)), month))
    new_day = np.where(swapped, month, day)
    new_day = np.where(kind == 1, np.minimum(new_day // 10 * 10 + rng.integers(0, 10, len(dates)), 28), new_day)
    new_year = np.where(kind == 3, year // 10 * 10 + rng.integers(0, 10, len(dates)), year)
    first_of_year = kind == 4
    new_month, new_day = np.where(first_of_year, 1, new_month), np.where(first_of_year, 1, new_day)
    new_day = np.where(kind >= 0, np.minimum(np.maximum(new_day, 1), 28), new_day)
    written = pl.DataFrame({"year": new_year, "month": new_month, "day": new_day})
    # Nobody writes down a birth that is still to come.
    return written.select(
        date=pl.date("year", "month", "day"), true=dates
    ).select(pl.when(pl.col("date") <= pl.lit(TODAY)).then("date").otherwise("true")).to_series()


def records_of(people, person, rng):
    """The records of the given people, one per entry, with everything that goes wrong when they are written down."""
    count = len(person)
    known = people.select(pl.all().gather(person))
    chance = lambda share: rng.random(count) < share
    old_home, old_mobile, old_email = chance(OUTDATED), chance(OUTDATED), chance(OUTDATED)
    flags = {"latin": chance(IN_PINYIN), "nicknamed": chance(NICKNAMED), "swapped": chance(NAMES_SWAPPED),
             "old_home": old_home, "old_mobile": old_mobile, "old_email": old_email}
    pick = lambda flag, yes, no: pl.when(flag).then(pl.col(yes)).otherwise(pl.col(no))
    written = known.with_columns(**{flag: pl.Series(values) for flag, values in flags.items()}).with_columns(
        first=pl.when(pl.col("latin")).then("first_name_latin").when("nicknamed").then("nickname").otherwise("first_name"),
        last=pick("latin", "surname_latin", "surname"),
    ).select(
        first_name=pick("swapped", "last", "first"),
        surname=pick("swapped", "first", "last"),
        date_of_birth="birth_date",
        email=pick("old_email", "email_before", "email_now"),
        mobile=pick("old_mobile", "mobile_before", "mobile_now"),
        postcode=pick("old_home", "postcode_before", "postcode_now"),
        city=pl.when(pl.col("latin")).then(pick("old_home", "city_latin_before", "city_latin_now")).otherwise(
            pick("old_home", "city_before", "city_now")),
    )
    written = written.with_columns(date_of_birth=with_wrong_dates(rng, written["date_of_birth"]))
    written = written.with_columns(with_slips(rng, written[name], share).alias(name) for name, share in MISTYPED.items())
    kept = {name: pl.Series(~chance(share)) for name, share in MISSING.items()}
    return written.with_columns(pl.when(kept[name]).then(pl.col(name)).alias(name) for name in MISSING)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True, help="the Parquet file to write")
    parser.add_argument("--truth", help="the file of the answers (default: beside it, NAME_truth.parquet)")
    options = parser.parse_args()
    truth_path = options.truth or "_truth".join(os.path.splitext(options.out))
    person, count = owners(options.records, options.seed)
    people = population(count, options.seed)
    with (
        pq.ParquetWriter(options.out, SCHEMA, compression="zstd") as records,
        pq.ParquetWriter(truth_path, TRUTH, compression="zstd") as truth,
    ):
        for chunk, first in enumerate(range(0, options.records, CHUNK)):
            part = person[first:first + CHUNK]
            keys = record_keys(first, len(part), options.seed)
            written = records_of(people, part, np.random.default_rng([options.seed, 2, chunk]))
            records.write_table(written.insert_column(0, keys.alias("record_key")).to_arrow().cast(SCHEMA))
            answers = pl.DataFrame({"record_key": keys, "person": pl.Series(part).cast(pl.String)})
            truth.write_table(answers.to_arrow().cast(TRUTH))
    print(f"{options.records:,} records of {count:,} people in {options.out}, the truth in {truth_path}")


if __name__ == "__main__":
    main()
