//! The registry: the built-in policy, and each tenant's at its newest version, behind one pointer.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
#[cfg(feature = "allow_all")]
use domain::org::Place;
use domain::tenant::TenantId;

use crate::{LoadError, RawLine, Role, Snapshot, Tally, TenantPolicy, tenant::Bounds};

/// All policies of this process.
#[derive(Debug)]
pub struct Policy {
    builtin: Arc<Snapshot>,
    tenants: ArcSwap<HashMap<TenantId, Arc<TenantPolicy>>>,
    /// Tenants whose last load failed.
    failing: Mutex<BTreeSet<TenantId>>,
    tally: Arc<Tally>,
    /// Everything is allowed, at these places too.
    #[cfg(feature = "allow_all")]
    open: Option<Arc<Vec<Place>>>,
}

impl Policy {
    /// With what is shipped, and no tenant yet.
    pub fn builtin() -> Result<Self, LoadError> {
        Ok(Self {
            builtin: Arc::new(Snapshot::builtin()?),
            tenants: ArcSwap::from_pointee(HashMap::new()),
            failing: Mutex::default(),
            tally: Arc::default(),
            #[cfg(feature = "allow_all")]
            open: None,
        })
    }

    /// The first wall taken down: whoever asks for what, may; every scope holds these places, of whatever tenant.
    #[cfg(feature = "allow_all")]
    pub fn allow_all(places: Vec<Place>) -> Result<Self, LoadError> {
        Ok(Self { open: Some(Arc::new(places)), ..Self::builtin()? })
    }

    /// What every tenant shares.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.builtin
    }

    /// What has been decided in this process, of all tenants together.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The tenant's policy at exactly this version, if it has been loaded.
    pub fn tenant(&self, tenant: TenantId, version: i64) -> Option<Arc<TenantPolicy>> {
        self.kept(tenant).filter(|policy| policy.version() == version)
    }

    /// The tenant's policy at whatever version is here: what goes on to count when a load has failed.
    pub fn kept(&self, tenant: TenantId) -> Option<Arc<TenantPolicy>> {
        self.tenants.load().get(&tenant).map(Arc::clone)
    }

    /// Takes a version in. `roles` are all rows of the tenant's `role` table, `lines` all of its `policy_line`.
    ///
    /// Compiling takes some milliseconds for each role with lines. An empty, partial or faulty load changes nothing
    /// but [`Policy::healthy`]; a version older than the one here is built and given back, but not kept.
    pub fn load(
        &self,
        tenant: TenantId,
        version: i64,
        roles: &[Role],
        lines: &[RawLine<'_>],
    ) -> Result<Arc<TenantPolicy>, LoadError> {
        match TenantPolicy::build(&self.builtin, (tenant, version), roles, lines, Bounds::Lenient) {
            Ok(policy) => {
                let policy = policy.counted(Arc::clone(&self.tally));
                #[cfg(feature = "allow_all")]
                let policy = policy.opened(self.open.clone());
                let policy = Arc::new(policy);
                self.keep(&policy);
                self.failing(|failing| failing.remove(&tenant));
                Ok(policy)
            }
            Err(error) => {
                self.failed(tenant);
                Err(error)
            }
        }
    }

    /// The rows could not be read: the old snapshot goes on, readiness goes off.
    pub fn failed(&self, tenant: TenantId) {
        self.failing(|failing| failing.insert(tenant));
    }

    /// Has every tenant's last load succeeded?
    pub fn healthy(&self) -> bool {
        self.failing(|failing| failing.is_empty())
    }

    /// What the policy would be after an edit, with every fault of it; nothing is taken in.
    pub fn draft(
        &self,
        tenant: TenantId,
        version: i64,
        roles: &[Role],
        lines: &[RawLine<'_>],
    ) -> Result<TenantPolicy, LoadError> {
        TenantPolicy::build(&self.builtin, (tenant, version), roles, lines, Bounds::Strict)
    }

    fn keep(&self, policy: &Arc<TenantPolicy>) {
        self.tenants.rcu(|tenants| {
            let mut tenants = HashMap::clone(tenants);
            let newest = tenants.get(&policy.tenant()).is_none_or(|old| old.version() <= policy.version());
            if newest {
                tenants.insert(policy.tenant(), Arc::clone(policy));
            }
            tenants
        });
    }

    fn failing<R>(&self, change: impl FnOnce(&mut BTreeSet<TenantId>) -> R) -> R {
        change(&mut self.failing.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
