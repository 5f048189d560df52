//! What one request may ask for.

use std::time::Duration;

/// The bounds of one request. Every number is an upper bound that still passes.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Bytes of the HTTP body.
    pub body_bytes: usize,
    /// Time for the whole body to arrive.
    pub body_time: Duration,
    /// Values (objects, lists and their members) in the JSON body.
    pub json_values: usize,
    /// Nesting of the JSON body.
    pub json_depth: usize,
    /// Bytes of the query text.
    pub query_bytes: usize,
    /// Lexical tokens of the query text.
    pub tokens: usize,
    /// Nesting of brackets of any kind in the query text.
    pub brackets: usize,
    /// Bytes of one name in the query text.
    pub name_bytes: usize,
    /// Aliases in the query text.
    pub aliases: usize,
    /// Directives in the query text.
    pub directives: usize,
    /// Nesting of fields, fragments expanded.
    pub depth: u32,
    /// Nesting of selections of any kind, fragments expanded.
    pub levels: u32,
    /// Selections of the whole document, fragments expanded.
    pub nodes: u64,
    /// Weight of the values that fields take from variables, fragments expanded.
    pub weight: u64,
    /// Fields at the root of a mutation.
    pub writes: u64,
    /// Cost of the operation: a field is 1, what stands below a list is multiplied by its length.
    pub cost: u64,
    /// Length assumed of a connection that names neither `first` nor `last`.
    pub page: u64,
    /// Length assumed of any other list.
    pub list: u64,
    /// Time until an answer has to be given.
    pub deadline: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            body_time: Duration::from_secs(15),
            json_values: 20_000,
            json_depth: 32,
            query_bytes: 16 * 1024,
            tokens: 2_000,
            brackets: 32,
            name_bytes: 128,
            aliases: 200,
            directives: 50,
            depth: 15,
            levels: 32,
            nodes: 3_000,
            weight: 50_000,
            writes: 20,
            cost: 5_000,
            page: 20,
            list: 10,
            deadline: Duration::from_secs(10),
        }
    }
}
