//! What a run says of itself: events, records, progress. Imports nothing but names.
