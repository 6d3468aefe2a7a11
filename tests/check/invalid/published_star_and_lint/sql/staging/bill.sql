-- One row is a bill.
SELECT bill_id, account_id, amount, weight, paid_on FROM source.bill
