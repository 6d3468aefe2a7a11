//! Tests of `warehouse`.
