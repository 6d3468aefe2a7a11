//! What SQL can call beside DataFusion's own functions: one file per function or family. All are stateless,
//! deterministic and known by name.
