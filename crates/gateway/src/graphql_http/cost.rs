//! What executing an operation may cost, found without executing it. Each fragment is measured once, so that
//! fragments that double one another cost nothing here and are refused by the number that comes out.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
};
use async_graphql_value::{ConstValue, Value};

use super::{
    bounds::Bounds,
    refusal::Refusal,
    shape::{FieldShape, Shape, TypeShape},
};

/// Cost of describing the schema once.
const DESCRIPTION: u64 = 500;
/// Cost of one write beside that of its answer.
const WRITE: u64 = 10;
/// Unknown fields that the validation may name; each costs it a comparison with all names of the type.
const UNKNOWN: u64 = 10;
/// Lists of the schema's description that may stand within one another; more would multiply.
const DESCRIPTION_LISTS: u32 = 2;

/// What a selection amounts to. All sums saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Cost.
    fixed: u64,
    /// Cost for each item of the connection that the selection is made of.
    paged: u64,
    /// Selections, fragments expanded.
    nodes: u64,
    /// Values taken from variables, times the items that take them.
    weight: u64,
    /// Fields that the schema does not have, fragments expanded.
    unknown: u64,
    /// Fields of this selection itself, fragments expanded.
    width: u64,
    /// Nesting of fields.
    depth: u32,
    /// Nesting of selections.
    levels: u32,
    /// Nesting of lists of the schema's description.
    lists: u32,
    /// The schema is described.
    pub(super) describes: bool,
}

impl Measure {
    /// One field, and nothing beside it.
    pub(super) const fn is_single(&self) -> bool {
        self.width == 1
    }

    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.paged = self.paged.saturating_add(other.paged);
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.weight = self.weight.saturating_add(other.weight);
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.width = self.width.saturating_add(other.width);
        self.depth = self.depth.max(other.depth);
        self.levels = self.levels.max(other.levels);
        self.lists = self.lists.max(other.lists);
        self.describes |= other.describes;
    }

    /// As seen from the selection around it.
    fn nested(self) -> Self {
        Self { nodes: self.nodes.saturating_add(1), levels: self.levels.saturating_add(1), ..self }
    }

    fn total(&self, items: u64) -> u64 {
        self.fixed.saturating_add(self.paged.saturating_mul(items))
    }
}

/// Measures the operation that is to run, and the whole document as far as validating it goes.
///
/// # Errors
/// A fragment contains itself, or a bound is exceeded.
pub(super) fn measure(
    document: &ExecutableDocument,
    chosen: &OperationDefinition,
    variables: &Variables,
    shape: &Shape,
    bounds: &Bounds,
) -> Result<(Measure, u64), Refusal> {
    let weights = variables.iter().map(|(name, value)| (name.as_str(), weight(value))).collect();
    let mut meter = Meter { document, chosen, variables, weights, shape, bounds, done: HashMap::new(), level: 0 };

    let mut whole = Measure::default();
    for (_, operation) in document.operations.iter() {
        whole.add(meter.set(&operation.node.selection_set, shape.root(operation.node.ty))?);
    }
    for name in document.fragments.keys() {
        whole.add(meter.fragment(name, Pos::default())?);
    }
    let own = meter.set(&chosen.selection_set, shape.root(chosen.ty))?;
    let writes = if chosen.ty == OperationType::Mutation { own.width } else { 0 };
    let cost = own.total(bounds.page).saturating_add(writes.saturating_mul(WRITE));

    within(NODES, whole.nodes, bounds.nodes)?;
    within(LEVELS, whole.levels.into(), bounds.levels.into())?;
    within(DEPTH, whole.depth.into(), bounds.depth.into())?;
    within(WEIGHT, whole.weight, bounds.weight)?;
    within(STRANGERS, whole.unknown, UNKNOWN)?;
    within(WRITES, writes, bounds.writes)?;
    within(COST, cost, bounds.cost)?;
    Ok((own, cost))
}

/// The bounded quantity, in Chinese and in English.
type Quantity = (&'static str, &'static str);
const NODES: Quantity = ("展开后的选择数", "selections, fragments expanded,");
const LEVELS: Quantity = ("选择的嵌套层数", "nesting of selections");
const DEPTH: Quantity = ("字段的嵌套层数", "nesting of fields");
const WEIGHT: Quantity = ("取自变量的值", "values taken from variables");
const STRANGERS: Quantity = ("未知字段数", "number of unknown fields");
const WRITES: Quantity = ("写操作数", "number of writes");
const COST: Quantity = ("查询代价", "cost");
const CIRCLES: Quantity = ("接口定义查询的列表层数", "nesting of lists in the schema's description");

fn within((zh, en): Quantity, value: u64, max: u64) -> Result<(), Refusal> {
    if value > max { Err(Refusal::TooCostly { zh, en, value, max }) } else { Ok(()) }
}

/// Values in a value; long strings weigh more.
fn weight(value: &ConstValue) -> u64 {
    match value {
        ConstValue::List(items) => items.iter().map(weight).sum::<u64>() + 1,
        ConstValue::Object(members) => members.values().map(weight).sum::<u64>() + 1,
        ConstValue::String(text) => 1 + text.len() as u64 / 64,
        _ => 1,
    }
}

struct Meter<'d> {
    document: &'d ExecutableDocument,
    chosen: &'d OperationDefinition,
    variables: &'d Variables,
    weights: HashMap<&'d str, u64>,
    shape: &'d Shape,
    bounds: &'d Bounds,
    /// Fragments measured; `None` while one is being measured.
    done: HashMap<&'d str, Option<Measure>>,
    /// Selections around the one that is being measured; bounds the recursion here too.
    level: u32,
}

impl<'d> Meter<'d> {
    fn set(&mut self, set: &'d Positioned<SelectionSet>, of: Option<&'d TypeShape>) -> Result<Measure, Refusal> {
        self.level += 1;
        within(LEVELS, u64::from(self.level) - 1, self.bounds.levels.into())?;
        let mut sum = Measure::default();
        for selection in &set.node.items {
            sum.add(match &selection.node {
                Selection::Field(field) => self.field(&field.node, of)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, spread.pos)?.nested()
                }
                Selection::InlineFragment(inline) => {
                    let on = match &inline.node.type_condition {
                        Some(condition) => self.shape.named(&condition.node.on.node),
                        None => of,
                    };
                    self.set(&inline.node.selection_set, on)?.nested()
                }
            });
        }
        self.level -= 1;
        Ok(sum)
    }

    fn fragment(&mut self, name: &Name, at: Pos) -> Result<Measure, Refusal> {
        match self.done.get(name.as_str()) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => return Err(Refusal::FragmentCycle(at)),
            None => {}
        }
        // An unknown fragment is for the validation to name.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else { return Ok(Measure::default()) };
        self.done.insert(name, None);
        let on = self.shape.named(&fragment.node.type_condition.node.on.node);
        let found = self.set(&fragment.node.selection_set, on)?;
        self.done.insert(name, Some(found));
        Ok(found)
    }

    fn field(&mut self, field: &'d Field, of: Option<&'d TypeShape>) -> Result<Measure, Refusal> {
        let name = field.name.node.as_str();
        let kind = of.and_then(|of| of.field(name));
        let below = self.set(&field.selection_set, kind.and_then(|kind| self.shape.inner(kind)))?;
        let page_item = kind.is_some_and(|kind| kind.list) && of.is_some_and(|of| of.connection);
        let items = self.items(field, kind, page_item);

        let own_weight = field.arguments.iter().map(|(_, value)| self.taken(&value.node)).fold(0, u64::saturating_add);
        let unknown = of.is_some() && kind.is_none() && !name.starts_with("__");
        let mut sum = Measure {
            width: 1,
            unknown: below.unknown.saturating_add(u64::from(unknown)),
            weight: own_weight.saturating_add(below.weight.saturating_mul(items)),
            depth: below.depth.saturating_add(1),
            ..below.nested()
        };
        (sum.fixed, sum.paged) = match kind {
            _ if page_item => (0, below.total(self.bounds.page).saturating_add(1)),
            Some(kind) if kind.connection => (below.total(items).saturating_add(1), 0),
            _ => (below.total(self.bounds.page).saturating_mul(items).saturating_add(1), 0),
        };
        match name {
            "__schema" | "__type" => {
                within(CIRCLES, below.lists.into(), DESCRIPTION_LISTS.into())?;
                sum.describes = true;
                sum.fixed = sum.fixed.saturating_add(DESCRIPTION);
            }
            "fields" | "interfaces" | "possibleTypes" | "inputFields" => sum.lists = below.lists.saturating_add(1),
            _ => {}
        }
        Ok(sum)
    }

    /// How many items a field gives: a page, what a list of ids names, or the assumed length of a list.
    fn items(&self, field: &Field, kind: Option<&FieldShape>, page_item: bool) -> u64 {
        let Some(kind) = kind.filter(|kind| kind.list || kind.connection) else { return 1 };
        let asked = ["first", "last"].iter().filter_map(|name| self.number(&field.get_argument(name)?.node)).max();
        let ids = || field.get_argument("ids").map(|ids| self.length(&ids.node));
        let assumed = if kind.connection || page_item { self.bounds.page } else { self.bounds.list };
        asked.or_else(ids).unwrap_or(assumed).max(1)
    }

    fn number(&self, value: &Value) -> Option<u64> {
        // A negative length is for the resolver to refuse.
        match value {
            Value::Number(number) => Some(number.as_u64().unwrap_or(1)),
            Value::Variable(name) => match self.known(name)? {
                ConstValue::Number(number) => Some(number.as_u64().unwrap_or(1)),
                _ => None,
            },
            _ => None,
        }
    }

    fn length(&self, value: &Value) -> u64 {
        let length = match value {
            Value::List(items) => items.len(),
            Value::Variable(name) => match self.known(name) {
                Some(ConstValue::List(items)) => items.len(),
                _ => 1,
            },
            _ => 1,
        };
        length as u64
    }

    /// What a variable stands for.
    fn known(&self, name: &Name) -> Option<&'d ConstValue> {
        let definition = || self.chosen.variable_definitions.iter().find(|one| one.node.name.node == *name);
        self.variables.get(name).or_else(|| definition()?.node.default_value.as_ref().map(|value| &value.node))
    }

    /// Weight of what an argument takes from variables.
    fn taken(&self, value: &Value) -> u64 {
        match value {
            Value::Variable(name) => self.weights.get(name.as_str()).copied().unwrap_or(1),
            Value::List(items) => items.iter().map(|item| self.taken(item)).fold(0, u64::saturating_add),
            Value::Object(members) => members.values().map(|item| self.taken(item)).fold(0, u64::saturating_add),
            _ => 0,
        }
    }
}
