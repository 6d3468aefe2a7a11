"""Splink's documented settings for data sets such as ours. What to run lives here; how it is run and measured never does.

Each is taken from an example of Splink's documentation (docs/demos of its repository, version 5): blocking rules,
comparisons, deterministic rules with their assumed recall, pairs sampled for u, blocking rules of the EM sessions.
"""

from dataclasses import dataclass, field

import splink.comparison_library as cl
from splink import ColumnExpression, block_on


@dataclass
class Model:
    documented_in: str
    blocking: list
    comparisons: list
    deterministic: list
    recall: float
    sessions: list
    u_pairs: float = 1e7
    ignore_term_frequencies: bool = True
    # Splink's examples cut predictions at 0.2 to 0.95; we keep all, so that every threshold can be tried.
    derived: dict = field(default_factory=dict)


def historical():
    return Model(
        documented_in="examples/duckdb/deduplicate_50k_synthetic",
        blocking=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake,1,3)", "dob"),
            block_on("substr(postcode_fake,1,3)", "first_name"),
            block_on("substr(postcode_fake,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        deterministic=[
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        recall=0.6,
        sessions=[block_on("first_name", "surname"), block_on("dob")],
        derived={"first_name_surname_concat": "first_name || ' ' || surname"},
    )


def historical_quick():
    """As its example: no EM, so m keeps Splink's defaults."""
    return Model(
        documented_in="examples/duckdb/quick_and_dirty_persons",
        blocking=[
            block_on("full_name"),
            block_on("substr(full_name,1,6)", "dob", "birth_place"),
            block_on("dob", "birth_place"),
            block_on("postcode_fake"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_and_surname"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.LevenshteinAtThresholds("postcode_fake", 2),
            cl.JaroWinklerAtThresholds("birth_place", 0.9).configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        deterministic=["l.full_name = r.full_name", "l.postcode_fake = r.postcode_fake and l.dob = r.dob"],
        recall=0.6,
        sessions=[],
        u_pairs=2e6,
    )


def febrl():
    return Model(
        documented_in="examples/duckdb/febrl3",
        blocking=[
            block_on("soc_sec_id"),
            block_on("given_name"),
            block_on("surname"),
            block_on("date_of_birth"),
            block_on("postcode"),
        ],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        deterministic=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
        sessions=[block_on("date_of_birth"), block_on("postcode")],
        u_pairs=1e6,
        ignore_term_frequencies=False,
    )


def febrl_detailed():
    return Model(
        documented_in="examples/duckdb/febrl4 (detailed model), for one table",
        blocking=[
            block_on("given_name", "surname"),
            "l.given_name = r.surname and l.surname = r.given_name",
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
        deterministic=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        recall=0.8,
        sessions=[block_on("date_of_birth"), block_on("postcode")],
        u_pairs=1e6,
    )


def fake():
    return Model(
        documented_in="examples/duckdb/accuracy_analysis_from_labels_column",
        blocking=[block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")],
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        deterministic=[
            "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
            "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            "l.email = r.email",
        ],
        recall=0.7,
        sessions=[block_on("dob"), block_on("email"), block_on("first_name", "surname")],
        u_pairs=1e6,
    )


def fake_tutorial():
    return Model(
        documented_in="tutorials/03 to 05",
        blocking=[block_on("first_name", "city"), block_on("surname"), block_on("dob")],
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds(ColumnExpression("dob").cast_to_string(), 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        deterministic=[
            block_on("first_name", "dob"),
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            block_on("email"),
        ],
        recall=0.7,
        sessions=[block_on("first_name", "surname"), block_on("dob")],
        u_pairs=2e6,
        ignore_term_frequencies=False,
    )


def fake_quickstart():
    return Model(
        documented_in="README, quick start",
        blocking=[block_on("first_name"), block_on("surname")],
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", [0.9, 0.7]),
            cl.JaroAtThresholds("surname", [0.9, 0.7]),
            cl.DateOfBirthComparison(
                "dob", input_is_string=True, datetime_metrics=["year", "month"], datetime_thresholds=[1, 1]
            ),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        deterministic=[block_on("first_name", "surname")],
        recall=0.7,
        sessions=[block_on("first_name", "surname"), block_on("dob")],
        u_pairs=1e6,
        ignore_term_frequencies=False,
    )


# data set → its documented models, the fullest first
MODELS = {
    "historical_figures_dev": [historical, historical_quick],
    "febrl_dataset1": [febrl, febrl_detailed],
    "febrl_dataset2": [febrl, febrl_detailed],
    "fake_1000": [fake, fake_tutorial, fake_quickstart],
}
