//! Stages tables, publishes them as one release, keeps and thins releases. Never reads sources, never plans.
