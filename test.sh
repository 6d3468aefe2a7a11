#!/usr/bin/env bash
# Installs what the tests need, then: format, lints, a small demo run, all tests. Ends with the test runner's summary.
set -euo pipefail
cd "$(dirname "$0")"

command -v cargo >/dev/null || { echo "install Rust first: https://rustup.rs" >&2; exit 2; }
command -v cc >/dev/null || { echo "install a C compiler first (gcc or clang)" >&2; exit 2; }
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

step() { printf '\n== %s\n' "$1"; }

step "format"
cargo fmt --check
step "lints"
cargo clippy --locked --all-targets --quiet -- --deny warnings
step "build"
cargo build --locked --tests --quiet
step "a small demo"
demo=$(mktemp -d)
trap 'rm -rf "$demo"' EXIT
cargo run --locked --quiet -- demo --people 500 --dir "$demo/shop"
step "tests"
cargo test --locked --quiet
