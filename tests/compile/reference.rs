//! The reference project's own segments and metrics.

use std::path::Path;

use portrait::compile;
use portrait::config;

#[test]
fn the_reference_projects_segments_and_metrics_are_sql() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = config::files::read(root).unwrap();
    let (project, _) = config::load(&files, root, "default", &|_| None).into_valid().unwrap();
    let models = compile::models(&project).unwrap();
    for name in
        ["segment_definition", "segment_membership", "segment_change", "segment_summary", "metric_value"]
    {
        assert!(models.iter().any(|made| made.model.name.as_str() == name), "`{name}` is not generated");
    }
    let metrics = project.pipelines.iter().filter_map(|pipeline| pipeline.metrics.as_ref());
    let defined: usize = metrics.map(|metrics| metrics.define.len()).sum();
    let parts = models.iter().filter(|made| made.model.name.as_str().starts_with("metric_part_")).count();
    assert_eq!(parts, defined);
}
