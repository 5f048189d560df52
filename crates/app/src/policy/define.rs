//! A role of the tenant's own: within a built-in one, empty until lines are added.

use authz::{Role, RoleName};
use domain::{Code, Outcome, Problem};
use serde::{Deserialize, Serialize};

use crate::{App, Begun, Caller, Command, Result};

/// A role to be added.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewRole {
    /// Its name in lines.
    pub name: String,
    /// The built-in role that bounds it.
    pub base: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// Adds a role. It may do nothing before lines allow it something.
pub async fn define_role(cx: &App, caller: &Caller, command: Command, new: NewRole) -> Result<Outcome<NewRole>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = super::permit(&work)?;
    let version = store::policy::raise(&mut work.tx, &may).await?;
    let role = match check(&work.policy, &new) {
        Ok(role) => role,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    match store::policy::insert_role(&mut work.tx, may, &role).await {
        Ok(()) => {}
        Err(store::Error::Constraint(name)) if name == "role_pkey" => return Ok(Outcome::Refused(vec![taken()])),
        Err(error) => return Err(error.into()),
    }
    work.audit(store::audit::Entry {
        action: "policy.define_role",
        object_kind: "policy",
        object_id: "policy".to_owned(),
        after: Some(serde_json::json!({"version": version, "role": new})),
        ..Default::default()
    })
    .await?;
    work.done(NewRole { zh: role.zh, en: role.en, ..new }, Vec::new()).await
}

fn check(policy: &authz::TenantPolicy, new: &NewRole) -> Result<Role, Vec<Problem>> {
    let mut problems = Vec::new();
    let name = RoleName::parse(&new.name);
    match &name {
        None => problems.push(Problem::new(
            Code::Invalid,
            &["name"],
            "角色名须以小写字母开头，2 至 41 位小写字母、数字或“_”",
            "the name of a role is 2 to 41 of a-z, 0-9 and '_', beginning with a letter",
        )),
        Some(name) if policy.role(name).is_some() || [authz::EVERYONE, authz::MEMBER].contains(&name.as_str()) => {
            problems.push(taken());
        }
        Some(_) => {}
    }
    let base = policy.builtin().roles().find(|role| role.name.as_str() == new.base);
    // The second wall knows duties, and gives none to a role of the tenant's own.
    if base.is_none_or(|base| base.duty.is_some()) {
        problems.push(Problem::new(
            Code::Invalid,
            &["base"],
            "须以不带管理职责的内置角色为基础：支部记录员、支部书记、审核员、档案员",
            "the base is a built-in role without an administrator's duty",
        ));
    }
    let label = |text: &str, field: &str, problems: &mut Vec<Problem>| {
        let text = text.trim();
        if !(1..=60).contains(&text.chars().count()) || !domain::form::is_one_line(text) {
            let zh = "名称须为 1 至 60 个字符";
            problems.push(Problem::new(Code::Invalid, &[field], zh, "a label is 1 to 60 characters"));
        }
        text.to_owned()
    };
    let (zh, en) = (label(&new.zh, "zh", &mut problems), label(&new.en, "en", &mut problems));
    match (name, base) {
        (Some(name), Some(base)) if problems.is_empty() => {
            Ok(Role { name, base: base.name.clone(), duty: None, zh, en })
        }
        _ => Err(problems),
    }
}

fn taken() -> Problem {
    Problem::new(Code::Taken, &["name"], "已有这个角色", "there is a role of this name")
}
