//! What the schema's own text tells of its fields: which are lists, which are connections.

use std::collections::HashMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, OperationType, Type, TypeKind, TypeSystemDefinition},
};

/// The schema text is none.
#[derive(Debug, thiserror::Error)]
#[error("the schema cannot be read: {0}")]
pub struct ShapeError(#[from] async_graphql::parser::Error);

/// Objects and interfaces with their fields.
#[derive(Debug, Default)]
pub(super) struct Shape {
    types: HashMap<String, TypeShape>,
    query: String,
    mutation: String,
    subscription: String,
}

/// One object or interface.
#[derive(Debug)]
pub(super) struct TypeShape {
    /// A Relay connection: its lists are one page.
    pub(super) connection: bool,
    fields: HashMap<String, FieldShape>,
}

/// One field.
#[derive(Debug)]
pub(super) struct FieldShape {
    /// The bare type of its values.
    inner: String,
    pub(super) list: bool,
    pub(super) connection: bool,
}

impl Shape {
    /// Reads the schema definition language.
    pub(super) fn read(sdl: &str) -> Result<Self, ShapeError> {
        let mut shape = Self {
            query: "Query".into(),
            mutation: "Mutation".into(),
            subscription: "Subscription".into(),
            ..Self::default()
        };
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    shape.query = schema.query.map_or(shape.query, |name| name.node.to_string());
                    shape.subscription = schema.subscription.map_or(shape.subscription, |name| name.node.to_string());
                    shape.mutation = schema.mutation.map_or(shape.mutation, |name| name.node.to_string());
                }
                TypeSystemDefinition::Type(definition) => {
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
                            continue;
                        }
                    };
                    let fields =
                        fields.into_iter().map(|field| (field.node.name.node.to_string(), one(&field.node.ty.node)));
                    let name = definition.node.name.node.to_string();
                    shape
                        .types
                        .insert(name.clone(), TypeShape { connection: is_connection(&name), fields: fields.collect() });
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(shape)
    }

    /// The type of that name.
    pub(super) fn named(&self, name: &str) -> Option<&TypeShape> {
        self.types.get(name)
    }

    /// The root type of an operation.
    pub(super) fn root(&self, of: OperationType) -> Option<&TypeShape> {
        match of {
            OperationType::Query => self.named(&self.query),
            OperationType::Mutation => self.named(&self.mutation),
            OperationType::Subscription => self.named(&self.subscription),
        }
    }

    /// What a field gives.
    pub(super) fn inner(&self, field: &FieldShape) -> Option<&TypeShape> {
        self.named(&field.inner)
    }
}

impl TypeShape {
    /// The field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&FieldShape> {
        self.fields.get(name)
    }
}

fn one(ty: &Type) -> FieldShape {
    let (mut base, mut list) = (&ty.base, false);
    while let BaseType::List(of) = base {
        (base, list) = (&of.base, true);
    }
    let inner = match base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(_) => String::new(),
    };
    FieldShape { connection: !list && is_connection(&inner), list, inner }
}

fn is_connection(name: &str) -> bool {
    name.ends_with("Connection")
}
