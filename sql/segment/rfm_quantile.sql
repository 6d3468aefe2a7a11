-- The one row holds the edges between the scores of each measure, by value: equal customers score alike.
SELECT
    quantile_edges(CAST(recency_days AS DOUBLE), $rfm_scores) AS recency_edges,
    quantile_edges(CAST(order_count AS DOUBLE), $rfm_scores) AS frequency_edges,
    quantile_edges(CAST(net_revenue AS DOUBLE), $rfm_scores) AS monetary_edges
FROM rfm_input
