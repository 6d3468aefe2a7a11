//! Files → typed batches and rejects. Never plans, never publishes.
