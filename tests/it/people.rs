//! People: sign-in, sessions, invitations, posts, the policy and its explanations, the trail.

mod account;
mod audit;
mod explain;
mod policy;
mod post;
mod session;
mod sign_in;

use serde_json::Value;

/// `extensions.code` of the first error of a body; empty where there is none.
fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// Code of the first problem of a payload; empty where there is none.
fn problem(payload: &Value) -> &str {
    payload["problems"][0]["code"].as_str().unwrap_or_default()
}
