//! Who may do what: actors, actions, casbin decisions, Permit, Scope, explanations
