//! The catalogue as members see it.

use std::sync::Arc;

use domain::{
    form::Form,
    record_type::{Route, TypeCode},
};

use crate::{App, Error, Reader, Result};

/// Every type in its newest version, with its route in this tenant. A dozen or some; every member may read them.
pub async fn list(cx: &App, reader: &mut Reader) -> Result<Vec<(Arc<Form>, Route)>> {
    let mut types = Vec::new();
    let routes = store::record_type::routes(&mut reader.tx).await?;
    for (code, version) in store::record_type::newest(&mut reader.tx).await? {
        let form = cx.catalogue.form(&mut reader.tx, &code, Some(version)).await?.ok_or(Error::NotFound)?;
        let route = routes.iter().find(|(of, _)| *of == code).map(|(_, route)| route.clone());
        types.push((form, route.unwrap_or(Route { levels: Vec::new(), kinds: Vec::new() })));
    }
    Ok(types)
}

/// One type, in the version asked or the newest.
pub async fn view(cx: &App, reader: &mut Reader, code: &TypeCode, version: Option<i32>) -> Result<(Arc<Form>, Route)> {
    let form = cx.catalogue.form(&mut reader.tx, code, version).await?.ok_or(Error::NotFound)?;
    let route = store::record_type::route(&mut reader.tx, code).await?;
    Ok((form, route))
}
