//! One execution: load → compute → check → publish. Composes source, engine and warehouse.
