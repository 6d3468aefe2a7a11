SELECT m.customer_id, m.confidnce FROM identity_map AS m JOIN bill ON true
