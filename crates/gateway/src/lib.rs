//! axum router, tower layers, sign-in and sessions, the hardened GraphQL handler, health, metrics, redis
