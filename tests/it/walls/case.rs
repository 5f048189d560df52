//! One row of the table: a field, the object that it is asked of, and who may.

use serde_json::Value;
use testkit::{Actor, TestApp, actor::new_key};

use super::world::Subject;

/// Where a record of the branch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum State {
    Draft,
    /// Pending at the town.
    AtTown,
    /// Approved by the town, pending at the county.
    AtCounty,
    /// Returned by the town, and mended since: the mended version was sent to nobody.
    Returned,
    Withdrawn,
    Final,
    /// A draft put aside.
    Discarded,
}

impl State {
    pub(crate) const ALL: [Self; 7] =
        [Self::Draft, Self::AtTown, Self::AtCounty, Self::Returned, Self::Withdrawn, Self::Final, Self::Discarded];
    /// In which an internal record is tried.
    pub(crate) const INTERNAL: [Self; 3] = [Self::Draft, Self::AtTown, Self::AtCounty];
    /// In which a branch that is closed may leave a record behind.
    pub(crate) const LEFT: [Self; 3] = [Self::Draft, Self::Returned, Self::Final];
}

/// What a field is asked of, or done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum On {
    Nothing,
    Record(State),
    /// An internal one. The tenant keeps such records from its archivists.
    Internal(State),
    /// What a closed branch below the town has left behind; `zj/village2` continues it.
    Left(State),
    /// What a closed committee below the county has received and approved; `zj/town2` continues it.
    LeftReceipt,
    /// A draft of the town's own.
    TownDraft,
    /// A draft of the branch that nobody above reviews; its writer has asked for its confirmation.
    ToConfirm,
    /// A branch below the town: `zj/village`, or a new one.
    Org,
    /// Somebody invited at the branch.
    Invited,
    /// Somebody of the branch who may sign in.
    Person,
    Suspended,
    /// A post at the branch, of somebody who does not ask himself.
    Post,
    Session,
    /// A line of the tenant's policy.
    Line,
    /// A file that `zj/village/recorder` has uploaded.
    File,
    /// A webhook of the branch.
    Webhook,
    /// A notice that could not be delivered.
    DeadLetter,
}

/// What whoever may not is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// `NOT_FOUND`, whoever asks.
    Hidden,
    /// `FORBIDDEN` to members of the tenant, who know of it; `NOT_FOUND` to everybody else.
    Known,
    /// `FORBIDDEN`: that there is such a thing, everybody knows.
    Plain,
    /// It is the asker himself: `FORBIDDEN`, while he holds a post.
    Own,
    /// A list without anything in it.
    Empty,
    /// `NOT_FOUND` at each item.
    Items,
}

/// What has to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    /// A post.
    Post,
    /// A session.
    Session,
    Nothing,
}

/// What a cell hands to the arguments.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) actor: &'a Actor<'a>,
    pub(crate) subject: &'a Subject,
}

impl Asked<'_> {
    pub(crate) fn org(&self, key: &str) -> String {
        self.app.org(key).to_string()
    }
}

type Arguments = fn(&Asked<'_>) -> Value;
pub(crate) type Actors = &'static [&'static [&'static str]];

/// One row.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) field: &'static str,
    pub(crate) mutation: bool,
    pub(crate) on: On,
    pub(crate) document: String,
    arguments: Arguments,
    /// Answered with data.
    pub(crate) may: Actors,
    /// Only some of them are tried to the end; none: all of them.
    pub(crate) sample: &'static [&'static str],
    /// Answered with nothing: what is asked for is none of theirs.
    pub(crate) nothing: &'static [&'static str],
    /// May know of it, but the domain refuses.
    pub(crate) refused: Actors,
    pub(crate) denial: Denial,
    /// Members to whom a hidden object is known all the same.
    pub(crate) known: &'static [&'static str],
    /// Refused by casbin alone: the role within one's own organisation or tenant, which the second wall does not promise.
    pub(crate) first_alone: Actors,
    pub(crate) floor: Floor,
    /// Everybody of the tenant may read it at the second wall, with or without a post: the tree, names, roles, lines.
    pub(crate) open: bool,
}

impl Case {
    /// A query, or a subscription; `document` names its variables.
    pub(crate) fn query(field: &'static str, document: &str, arguments: Arguments) -> Self {
        Self {
            field,
            mutation: false,
            on: On::Nothing,
            document: document.to_owned(),
            arguments,
            may: &[],
            sample: &[],
            nothing: &[],
            refused: &[],
            denial: Denial::Hidden,
            known: &[],
            first_alone: &[],
            floor: Floor::Post,
            open: false,
        }
    }

    /// A mutation `field(input: FieldInput!)`; post and idempotency key are added to the input.
    pub(crate) fn mutation(field: &'static str, selection: &str, arguments: Arguments) -> Self {
        let (first, rest) = field.split_at(1);
        let kind = format!("{}{rest}Input", first.to_uppercase());
        let document = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} }} }}");
        Self { mutation: true, ..Self::query(field, &document, arguments) }
    }

    pub(crate) const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }

    pub(crate) const fn may(mut self, may: Actors) -> Self {
        self.may = may;
        self
    }

    pub(crate) const fn sample(mut self, sample: &'static [&'static str]) -> Self {
        self.sample = sample;
        self
    }

    pub(crate) const fn nothing_for(mut self, nothing: &'static [&'static str]) -> Self {
        self.nothing = nothing;
        self
    }

    pub(crate) const fn refused(mut self, refused: Actors) -> Self {
        self.refused = refused;
        self
    }

    pub(crate) const fn denied(mut self, denial: Denial) -> Self {
        self.denial = denial;
        self
    }

    pub(crate) const fn known_to(mut self, known: &'static [&'static str]) -> Self {
        self.known = known;
        self
    }

    pub(crate) const fn first_alone(mut self, actors: Actors) -> Self {
        self.first_alone = actors;
        self
    }

    pub(crate) const fn floor(mut self, floor: Floor) -> Self {
        self.floor = floor;
        self
    }

    pub(crate) const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// For messages.
    pub(crate) fn name(&self) -> String {
        format!("{} on {:?}", self.field, self.on)
    }

    /// The variables as this actor gives them.
    pub(crate) fn variables(&self, asked: &Asked<'_>) -> Value {
        let mut given = (self.arguments)(asked);
        if !self.mutation {
            return given;
        }
        let input = given.as_object_mut().unwrap();
        input.entry("post").or_insert_with(|| asked.actor.post.to_string().into());
        input.entry("idempotencyKey").or_insert_with(|| new_key().into());
        serde_json::json!({ "input": given })
    }

    /// The code that this actor is told; none where the answer itself says nothing.
    pub(crate) fn code_for(&self, actor: &str, has_post: bool) -> Option<&'static str> {
        let member = actor.starts_with("zj/") && has_post;
        match self.denial {
            _ if actor == super::people::NOBODY => Some("UNAUTHENTICATED"),
            // Nothing is done in the name of a post that is not held.
            Denial::Plain | Denial::Known | Denial::Own | Denial::Hidden if self.mutation && !has_post => {
                Some("NOT_FOUND")
            }
            Denial::Plain => Some("FORBIDDEN"),
            Denial::Known if member => Some("FORBIDDEN"),
            Denial::Own if has_post => Some("FORBIDDEN"),
            Denial::Hidden if has_post && self.known.contains(&actor) => Some("FORBIDDEN"),
            Denial::Known | Denial::Own | Denial::Hidden => Some("NOT_FOUND"),
            Denial::Empty | Denial::Items => None,
        }
    }
}

/// Is this actor one of them?
pub(crate) fn among(actors: Actors, key: &str) -> bool {
    actors.iter().any(|some| some.contains(&key))
}
