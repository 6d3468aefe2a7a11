//! Tests of `identity`.
