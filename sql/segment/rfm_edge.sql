-- One row is an edge between two scores: a value up to and including it belongs to the lower one.
WITH edge AS (
    SELECT
        'recency_days' AS measure,
        unnest(range(1, $rfm_scores)) AS position,
        unnest(recency_edges) AS edge
    FROM rfm_quantile
    UNION ALL
    SELECT
        'order_count' AS measure,
        unnest(range(1, $rfm_scores)) AS position,
        unnest(frequency_edges) AS edge
    FROM rfm_quantile
    UNION ALL
    SELECT
        'net_revenue' AS measure,
        unnest(range(1, $rfm_scores)) AS position,
        unnest(monetary_edges) AS edge
    FROM rfm_quantile
)
SELECT
    $as_of AS as_of,
    measure,
    position,
    edge
FROM edge
WHERE edge IS NOT NULL
