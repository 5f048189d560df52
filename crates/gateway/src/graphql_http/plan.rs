//! From the members of a body to an operation that may run: lexer, one parse, choice, variables, cost.

use async_graphql::{
    Pos, Request, Variables,
    parser::{
        Error, parse_query,
        types::{
            BaseType, DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, Type,
        },
    },
};
use async_graphql_value::ConstValue;

use super::{
    body::Envelope,
    bounds::Bounds,
    cost,
    refusal::Refusal,
    shape::Shape,
    syntax::{self, Fault},
};

/// An operation that may run.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    document: ExecutableDocument,
    name: Option<String>,
    variables: Variables,
    pub(super) kind: OperationType,
    /// What it is charged with.
    pub(super) cost: u32,
    /// It asks for the schema's description.
    pub(super) describes: bool,
    /// The one field at its root, as the schema knows it; a bounded set of names.
    pub(super) label: String,
}

impl Plan {
    /// What the executor takes. The text is not needed any more: the parsed document goes on alone.
    pub(super) fn request(self) -> Request {
        let mut request = Request::new(String::new()).variables(self.variables);
        request.operation_name = self.name;
        request.set_parsed_query(self.document);
        request
    }
}

/// Over which way an operation came: each takes its own kinds, so that there is one way for each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// POST: queries and mutations.
    Request,
    /// A socket: subscriptions.
    Socket,
}

/// Checks everything that can be checked without executing.
pub(super) fn plan(way: Way, envelope: Envelope, shape: &Shape, bounds: &Bounds) -> Result<Plan, Refusal> {
    let Envelope { query, operation, variables } = envelope;
    syntax::scan(&query, bounds).map_err(Refusal::Syntax)?;
    let document = parse_query(&query).map_err(|error| Refusal::Syntax(Fault::Grammar(place(&error))))?;

    let (name, chosen) = choose(&document, operation.as_deref())?;
    match (way, chosen.ty) {
        (Way::Request, OperationType::Subscription) => return Err(Refusal::Subscription),
        (Way::Socket, OperationType::Query | OperationType::Mutation) => return Err(Refusal::NoSubscription),
        _ => {}
    }
    check_variables(chosen, &variables)?;
    let (measure, cost) = cost::measure(&document, chosen, &variables, shape, bounds)?;
    if way == Way::Socket && !measure.is_single() {
        return Err(Refusal::SeveralFields);
    }

    let (kind, label, describes) = (chosen.ty, label(chosen, shape), measure.describes);
    Ok(Plan { document, name, variables, kind, cost: u32::try_from(cost).unwrap_or(u32::MAX), describes, label })
}

/// The place of a parser's fault; its message is dropped, because it repeats the text.
fn place(error: &Error) -> Option<Pos> {
    error.positions().next()
}

fn choose<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<(Option<String>, &'d OperationDefinition), Refusal> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok((None, &operation.node)),
        (DocumentOperations::Single(_), Some(_)) => Err(Refusal::UnknownOperation),
        (DocumentOperations::Multiple(all), Some(name)) => {
            let found = all.get(name).ok_or(Refusal::UnknownOperation)?;
            Ok((Some(name.to_owned()), &found.node))
        }
        (DocumentOperations::Multiple(all), None) => {
            let mut all = all.iter();
            match (all.next(), all.next()) {
                (Some((name, only)), None) => Ok((Some(name.to_string()), &only.node)),
                _ => Err(Refusal::OperationName),
            }
        }
    }
}

/// A variable that must not be null is there and is not null, in the items of lists too.
fn check_variables(operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let one = &definition.node;
        let given = variables.get(&one.name.node);
        let value = given.or_else(|| one.default_value.as_ref().map(|value| &value.node)).unwrap_or(&ConstValue::Null);
        if !holds(&one.var_type.node, value) {
            return Err(Refusal::NullVariable(one.name.node.to_string(), definition.pos));
        }
    }
    Ok(())
}

fn holds(ty: &Type, value: &ConstValue) -> bool {
    match (value, &ty.base) {
        (ConstValue::Null, _) => ty.nullable,
        (ConstValue::List(items), BaseType::List(of)) => items.iter().all(|item| holds(of, item)),
        _ => true,
    }
}

/// The name under which the operation is measured.
fn label(operation: &OperationDefinition, shape: &Shape) -> String {
    let [only] = operation.selection_set.node.items.as_slice() else { return "several".into() };
    let Selection::Field(field) = &only.node else { return "several".into() };
    let name = field.node.name.node.as_str();
    let known = matches!(name, "__typename" | "__schema" | "__type")
        || shape.root(operation.ty).is_some_and(|root| root.field(name).is_some());
    if known { name.into() } else { "other".into() }
}
