//! Records → people and organisations: keys, guards, clusters, ids that last. Pure: arrays in, arrays out.
