//! Segments and metrics declared in YAML → SQL models. Pure: texts in, texts out.
