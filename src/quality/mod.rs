//! Checks → SQL and verdicts. Pure: it runs nothing.
