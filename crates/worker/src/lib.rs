//! Job handlers and reconcilers: the fold of the figures, schedules, the outbox relay
