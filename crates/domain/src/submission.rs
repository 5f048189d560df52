//! Submissions and receipts: the state machine of the upward flow.
