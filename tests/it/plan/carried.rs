//! Statements as the database has carried them out, and what is wrong with that.

use std::fmt::Write as _;

use serde_json::Value;

/// Small in every installation, or read whole on purpose: reading one of them from end to end is no fault.
const SMALL: [&str; 6] = ["tenant", "role", "route", "record_type", "policy_line", "schema_state"];

/// A statement with the plan by which it was carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carried<'a>(pub(crate) &'a Value);

impl<'a> Carried<'a> {
    /// The statement as it was sent.
    pub(crate) fn text(self) -> &'a str {
        self.0["Query Text"].as_str().unwrap()
    }

    /// Every node of the plan.
    fn nodes(self) -> Vec<Node<'a>> {
        let mut found = vec![Node(&self.0["Plan"])];
        let mut at = 0;
        while at < found.len() {
            let below = found[at].0["Plans"].as_array();
            found.extend(below.into_iter().flatten().map(Node));
            at += 1;
        }
        found
    }

    /// Rows of tables that were looked at, wanted or not.
    pub(crate) fn looked_at(self) -> f64 {
        self.nodes().into_iter().filter(|node| node.is_scan()).map(Node::looked_at).sum()
    }

    /// Is this index of this table read?
    pub(crate) fn reads(self, table: &str, index: &str) -> bool {
        let on = |node: &Node<'_>| node.text("Relation Name") == table && node.text("Index Name") == index;
        self.nodes().iter().any(on)
    }

    /// What is wrong with it, where at most so many rows are worth looking at.
    pub(crate) fn fault(self, most: f64) -> Option<String> {
        for node in self.nodes() {
            let table = node.text("Relation Name");
            // What the planner keeps at hand and the executor never begins reads nothing.
            if node.kind() == "Seq Scan" && node.number("Actual Loops") > 0.0 && !SMALL.contains(&table) {
                return Some(format!("reads {table} from end to end"));
            }
            if node.kind().contains("Sort") && node.given() > most {
                return Some(format!("sorts {} rows", node.given()));
            }
        }
        let looked_at = self.looked_at();
        (looked_at > most).then(|| format!("looks at {looked_at} rows, {most} are enough"))
    }

    /// The plan in a few lines: kind, table, index, rows, rows removed.
    pub(crate) fn drawn(self) -> String {
        let mut drawn = String::new();
        draw(Node(&self.0["Plan"]), 1, &mut drawn);
        drawn
    }
}

fn draw(node: Node<'_>, depth: usize, drawn: &mut String) {
    let (kind, table, index) = (node.kind(), node.text("Relation Name"), node.text("Index Name"));
    let (rows, removed, cond) = (node.rows(), node.removed(), node.text("Index Cond"));
    let _ =
        writeln!(drawn, "{:width$}{kind} {table} {index} rows {rows} removed {removed} {cond}", "", width = depth * 2);
    for below in node.0["Plans"].as_array().into_iter().flatten() {
        draw(Node(below), depth + 1, drawn);
    }
}

#[derive(Debug, Clone, Copy)]
struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    fn text(self, field: &str) -> &'a str {
        self.0[field].as_str().unwrap_or_default()
    }

    fn number(self, field: &str) -> f64 {
        self.0[field].as_f64().unwrap_or_default()
    }

    fn kind(self) -> &'a str {
        self.text("Node Type")
    }

    fn is_scan(self) -> bool {
        self.kind().ends_with("Scan") && !self.text("Relation Name").is_empty()
    }

    /// Rows given on, in all its rounds together.
    fn rows(self) -> f64 {
        self.number("Actual Rows") * self.number("Actual Loops")
    }

    fn removed(self) -> f64 {
        let each = self.number("Rows Removed by Filter") + self.number("Rows Removed by Index Recheck");
        each * self.number("Actual Loops")
    }

    fn looked_at(self) -> f64 {
        self.rows() + self.removed()
    }

    /// Rows that it gets from below.
    fn given(self) -> f64 {
        self.0["Plans"].as_array().into_iter().flatten().map(|below| Node(below).rows()).sum()
    }
}
