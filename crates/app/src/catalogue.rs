//! The catalogue of record types: read from the tenant's rows, compiled once per version. A version never changes, so a
//! compiled form may be kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    form::Form,
    record_type::{RecordType, TypeCode},
    tenant::TenantId,
};
use store::Tx;

use crate::{Error, Result};

type Key = (TenantId, TypeCode, i32);

/// Compiled forms of this process.
#[derive(Debug, Default)]
pub struct Catalogue {
    forms: Mutex<HashMap<Key, Arc<Form>>>,
}

impl Catalogue {
    /// A type in one version (the newest where none is named), with its compiled form. None: no such type.
    pub async fn form(&self, tx: &mut Tx, of_type: &TypeCode, version: Option<i32>) -> Result<Option<Arc<Form>>> {
        if let Some(version) = version
            && let Some(form) = self.known(&(tx.tenant(), of_type.clone(), version))
        {
            return Ok(Some(form));
        }
        let Some(row) = store::record_type::fetch(tx, of_type, version).await? else { return Ok(None) };
        let key = (tx.tenant(), row.code, row.version);
        if let Some(form) = self.known(&key) {
            return Ok(Some(form));
        }
        let text = row.body.to_string();
        let read =
            RecordType::parse(&text).and_then(Form::compile).map_err(|bad| Error::internal("record type", bad))?;
        let form = Arc::new(read);
        self.forms.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&form));
        Ok(Some(form))
    }

    fn known(&self, key: &Key) -> Option<Arc<Form>> {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}
