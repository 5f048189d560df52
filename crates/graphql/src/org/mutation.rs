//! Changing the tree.

use app::{
    Command,
    org::{Closing, Effect, Founding, Relocation, Renaming, Way},
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use domain::{
    Locale,
    org::{Approval, Contact, Description, change::OpenWork},
    tenant::Level,
};
use serde::Serialize;

use super::{Org, OrgContact, OrgKind};
use crate::{
    id::{parse, show},
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, answer},
};

/// From when a change is in force, and what it rests on.
#[derive(Debug, Default, InputObject, Serialize)]
pub struct EffectInput {
    /// The day; today if not given. Changes are entered when they are in force: never a day to come, and never before the
    /// last recorded change.
    effective_on: Option<NaiveDate>,
    /// Number of the approving document. 文号
    document_no: Option<String>,
    /// Its date.
    document_date: Option<NaiveDate>,
    /// Why, at most 500 characters.
    reason: Option<String>,
}

impl From<EffectInput> for Effect {
    fn from(input: EffectInput) -> Self {
        let EffectInput { effective_on, document_no, document_date, reason } = input;
        Self { on: effective_on, approval: Approval { document_no, document_date, reason } }
    }
}

/// Setting and term of an organisation.
#[derive(Debug, Default, InputObject, Serialize)]
pub struct OrgDescriptionInput {
    /// How it is set up. 组建方式
    formation: Option<String>,
    /// The unit that it stands in. 所在单位名称
    unit_name: Option<String>,
    /// Code of that unit. 所在单位代码
    unit_code: Option<String>,
    /// Category of that unit. 所在单位类别
    unit_category: Option<String>,
    /// Beginning of the term. 任期起始
    term_start: Option<NaiveDate>,
    /// Years of the term, 1 to 10. 任期年数
    term_years: Option<i16>,
}

impl From<OrgDescriptionInput> for Description {
    fn from(input: OrgDescriptionInput) -> Self {
        Self {
            formation: input.formation,
            unit_name: input.unit_name,
            unit_code: input.unit_code,
            unit_category: input.unit_category,
            term_start: input.term_start,
            term_years: input.term_years,
        }
    }
}

inputs! {
    /// Found an organisation below another.
    CreateOrgInput {
        /// Below which organisation.
        parent: ID,
        /// Level, where it is not the next below the superior's: a district stands directly below a municipality.
        level: Option<i16>,
        /// Kind. 类别
        kind: OrgKind,
        /// Code, new in the tenant: 1 to 40 letters, digits, '-', '_' or '.'. 党组织代码
        code: String,
        /// Full name, 1 to 200 characters. 党组织名称
        name: String,
        /// Short name. 简称
        short_name: Option<String>,
        /// Setting and term.
        #[graphql(default)]
        description: OrgDescriptionInput,
        /// From when, and why.
        #[graphql(default)]
        effect: EffectInput,
    }
    /// Rename an organisation; it stays who it is.
    RenameOrgInput {
        /// Which organisation.
        org: ID,
        /// Full name, 1 to 200 characters.
        name: String,
        /// Short name; none keeps it, an empty one takes it away.
        short_name: Option<String>,
        /// From when, and why.
        #[graphql(default)]
        effect: EffectInput,
    }
    /// Move an organisation, with all that stands below it.
    MoveOrgInput {
        /// Which organisation.
        org: ID,
        /// Below which.
        parent: ID,
        /// Level, where it is neither its own nor the next below the superior's; what is below it goes along.
        level: Option<i16>,
        /// Says what would come along and what stands against it; nothing is changed.
        #[graphql(default)]
        preview: bool,
        /// From when, and why.
        #[graphql(default)]
        effect: EffectInput,
    }
    /// Close an organisation; it is kept for ever.
    CloseOrgInput {
        /// Which organisation.
        org: ID,
        /// Who continues it, and from now on reads its records.
        successor: Option<ID>,
        /// From when, and why.
        #[graphql(default)]
        effect: EffectInput,
    }
    /// Write how an organisation can be reached, whole: what is left out is taken away.
    SetOrgContactInput {
        /// Which organisation.
        org: ID,
        /// Address, at most 200 characters.
        address: Option<String>,
        /// Whom to ask for, at most 60 characters.
        contact: Option<String>,
        /// Telephone, at most 40 characters.
        telephone: Option<String>,
    }
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            $($(#[$fdoc])* $field: $type,)*
            /// Refusals (nothing was done) and warnings (it was done).
            problems: Vec<Problem>,
        }
    )*};
}

payloads! {
    /// What founding came to.
    CreateOrgPayload {
        /// The new organisation.
        org: Option<Org>,
    }
    /// What renaming came to.
    RenameOrgPayload {
        /// The organisation with its new name.
        org: Option<Org>,
    }
    /// What moving came to, or would.
    MoveOrgPayload {
        /// The organisation; in its new place, unless it is a preview.
        org: Option<Org>,
        /// The move.
        relocation: Option<OrgRelocation>,
    }
    /// What closing came to.
    CloseOrgPayload {
        /// The closed organisation.
        org: Option<Org>,
    }
    /// What writing the contact came to.
    SetOrgContactPayload {
        /// The contact.
        contact: Option<OrgContact>,
    }
}

/// A move: from where to where, and what comes along. The counts are over the organisation and all below it.
#[derive(Debug, SimpleObject)]
pub struct OrgRelocation {
    /// Was it only asked, and nothing changed?
    preview: bool,
    /// The superior before.
    from: Option<ID>,
    /// The superior after.
    to: ID,
    /// The level after.
    level: i16,
    /// Organisations at work.
    orgs: i64,
    /// Posts held.
    posts: i64,
    /// Submissions under review; they finish on the route that they were sent on.
    in_review: i64,
    /// Received records that wait for a decision here; they stay here.
    pending: i64,
    /// Drafts, and records returned or withdrawn.
    drafts: i64,
    /// What becomes of what is under way, in words.
    notice: String,
}

impl OrgRelocation {
    fn of(way: &Way, preview: bool, locale: Locale) -> Self {
        let OpenWork { orgs, posts, in_review, pending, drafts, .. } = way.work;
        let zh = format!(
            "在审的 {in_review} 件报送按原路线办结，待审的 {pending} 件收件仍由原接收组织审核；新的报送走新的上级。\
             已形成的收件和统计不变；{posts} 个职务的权限自生效起按新的隶属关系判断"
        );
        let en = format!(
            "{in_review} submissions under review finish on their old route, {pending} received records wait where they are; what \
             is sent from now on goes to the new superior. Receipts and figures of the past stay; {posts} posts are judged by \
             the new place at once"
        );
        Self {
            preview,
            from: way.from.map(show),
            to: show(way.to),
            level: way.level.0,
            orgs,
            posts,
            in_review,
            pending,
            drafts,
            notice: locale.pick(&zh, &en).to_owned(),
        }
    }
}

/// Changing the tree.
#[derive(Debug, Default)]
pub struct OrgMutation;

#[Object]
impl OrgMutation {
    /// Found an organisation below another.
    async fn create_org(&self, ctx: &Context<'_>, input: CreateOrgInput) -> Answer<CreateOrgPayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let command = input.command("org.create").or_refuse(request)?;
            let new = Founding {
                parent: parse(&input.parent).or_refuse(request)?,
                level: input.level.map(Level),
                kind: input.kind.into(),
                code: input.code,
                name: input.name,
                short_name: input.short_name,
                description: input.description.into(),
                effect: input.effect.into(),
            };
            let outcome = app::org::create(&request.app, caller, command, new).await.or_refuse(request)?;
            let (org, problems) = split(outcome, request.locale);
            Ok(CreateOrgPayload { org: org.map(Org::from), problems })
        })
        .await
    }

    /// Rename an organisation from a day on.
    async fn rename_org(&self, ctx: &Context<'_>, input: RenameOrgInput) -> Answer<RenameOrgPayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let command = input.command("org.rename").or_refuse(request)?;
            let org = parse(&input.org).or_refuse(request)?;
            let new = Renaming { org, name: input.name, short_name: input.short_name, effect: input.effect.into() };
            let outcome = app::org::rename(&request.app, caller, command, new).await.or_refuse(request)?;
            let (org, problems) = split(outcome, request.locale);
            Ok(RenameOrgPayload { org: org.map(Org::from), problems })
        })
        .await
    }

    /// Put an organisation, with all below, under another superior from a day on; or only ask what that would mean.
    async fn move_org(&self, ctx: &Context<'_>, input: MoveOrgInput) -> Answer<MoveOrgPayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let preview = input.preview;
            let command = input.command(if preview { "org.preview" } else { "org.move" }).or_refuse(request)?;
            let (org, parent) = (parse(&input.org).or_refuse(request)?, parse(&input.parent).or_refuse(request)?);
            let level = input.level.map(Level);
            let new = Relocation { org, parent, level, effect: input.effect.into() };
            let outcome = if preview {
                app::org::preview(&request.app, caller, command, new).await
            } else {
                app::org::relocate(&request.app, caller, command, new).await
            };
            let (way, problems) = split(outcome.or_refuse(request)?, request.locale);
            let relocation = way.as_ref().map(|way| OrgRelocation::of(way, preview, request.locale));
            Ok(MoveOrgPayload { org: way.map(|way| way.org.into()), relocation, problems })
        })
        .await
    }

    /// Close an organisation from a day on; refused while something stands below it or is under way.
    async fn close_org(&self, ctx: &Context<'_>, input: CloseOrgInput) -> Answer<CloseOrgPayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let command = input.command("org.close").or_refuse(request)?;
            let org = parse(&input.org).or_refuse(request)?;
            let successor = input.successor.as_ref().map(parse).transpose().or_refuse(request)?;
            let new = Closing { org, successor, effect: input.effect.into() };
            let outcome = app::org::close(&request.app, caller, command, new).await.or_refuse(request)?;
            let (org, problems) = split(outcome, request.locale);
            Ok(CloseOrgPayload { org: org.map(Org::from), problems })
        })
        .await
    }

    /// Write how an organisation can be reached.
    async fn set_org_contact(&self, ctx: &Context<'_>, input: SetOrgContactInput) -> Answer<SetOrgContactPayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let command = input.command("org.contact").or_refuse(request)?;
            let org = parse(&input.org).or_refuse(request)?;
            let contact = Contact { address: input.address, contact: input.contact, telephone: input.telephone };
            let outcome =
                app::org::set_contact(&request.app, caller, command, org, contact).await.or_refuse(request)?;
            let (contact, problems) = split(outcome, request.locale);
            Ok(SetOrgContactPayload { contact: contact.map(OrgContact::from), problems })
        })
        .await
    }
}
