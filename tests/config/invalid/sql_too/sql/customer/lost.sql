-- One row is nothing.
SELECT id FROM refund_lines
