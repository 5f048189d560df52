-- Receipts of a record. The policies of record, record_version, submission and event ask whether the actor holds one that is
-- not withdrawn; receipt_once leaves recalled ones out and does not serve them: every look by id walked all receipts
-- (659 ms with 170,000 of them, 0.6 ms with this index; docs/benchmarks.md).
CREATE INDEX receipt_record ON receipt (tenant_id, record_id, round);
