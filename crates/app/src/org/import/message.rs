//! What is wrong with a file, in words.

use store::import::{Fault as Found, Rule};

use super::Fault;

/// A fault of one field.
pub(super) fn field(row: u64, column: &str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault { row: Some(row), column: column.to_owned(), zh: zh.into(), en: en.into() }
}

/// A fault of the tree.
pub(super) fn of(found: Found, levels: usize) -> Fault {
    let detail = found.detail;
    let (column, zh, en) = match found.rule {
        Rule::Duplicate => (
            "党组织代码",
            format!("代码与第 {detail} 行重复。每个组织只写一行"),
            format!("the code stands in line {detail} already; one line for each organisation"),
        ),
        Rule::NoParent => (
            "上级代码",
            "未填写上级代码；只有租户的根组织可以不填".to_owned(),
            "no superior is named; only the topmost organisation of the tenant has none".to_owned(),
        ),
        Rule::TopHasParent => (
            "上级代码",
            format!("这是租户的根组织，不能有上级（{detail}）。请留空"),
            format!("this is the topmost organisation of the tenant and has no superior ({detail}); leave it empty"),
        ),
        Rule::UnknownParent => (
            "上级代码",
            format!("上级代码“{detail}”既不在文件中，也不在现有组织中"),
            format!("the superior {detail} is neither in the file nor in the tree"),
        ),
        Rule::Closed => (
            "党组织代码",
            format!("代码“{detail}”属于已撤销的组织，不能再变更。请改用新代码"),
            format!("{detail} is a closed organisation and does not change; use a new code"),
        ),
        Rule::ClosedParent => {
            ("上级代码", format!("上级“{detail}”已撤销，不能接收下级"), format!("the superior {detail} is closed"))
        }
        Rule::Cycle => (
            "上级代码",
            format!("沿上级“{detail}”向上到不了根组织：其中有循环隶属"),
            format!("the line up through {detail} never reaches the top: it runs in a circle"),
        ),
        Rule::Level => (
            "层级",
            format!("层级须低于上级：大于 {detail} 的数字。请更正，或留空按上级的下一级处理"),
            format!(
                "the level is below the superior's: a number above {detail}; correct it, or leave it empty for the next"
            ),
        ),
        Rule::TopLevel => (
            "层级",
            format!("根组织的层级是 {detail}。请更正或留空"),
            format!("the topmost organisation is at level {detail}; correct it or leave it empty"),
        ),
        Rule::TooDeep => (
            "上级代码",
            format!("组织“{detail}”将超出本租户的 {levels} 级"),
            format!("{detail} would be below the {levels} levels of the tenant"),
        ),
        Rule::Early => (
            "党组织代码",
            format!("导入生效日早于已记录的变更（{detail}）。请以 {detail} 或之后的日期导入"),
            format!("the day of the import is before a recorded change ({detail}); import as of {detail} or later"),
        ),
    };
    Fault { row: found.line.and_then(|line| u64::try_from(line).ok()), column: column.to_owned(), zh, en }
}
