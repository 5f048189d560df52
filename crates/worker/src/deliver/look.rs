//! Looking before sending: what was taken, and everything that it is about, as it stands now; and once more where it has
//! waited for its turn.

use std::{collections::HashMap, sync::Arc, time::Duration};

use domain::{
    Id,
    notice::{Channel, NoticeKind},
    tenant::TenantId,
};
use store::{
    Result,
    delivery::{Delivery, Lease},
    relay::{Asked, Sought},
};
use tokio::time::Instant;

use super::{Deliver, matter::Desk};

/// How long before an attempt rights, wishes and addresses may have been read.
const FRESH: Duration = Duration::from_secs(3);

/// A delivery that was looked at.
pub(super) struct Job {
    pub(super) lease: Lease,
    pub(super) delivery: Delivery,
    pub(super) desk: Arc<Desk>,
    read: Instant,
}

impl Deliver {
    /// Looks at what was taken, tenant by tenant.
    pub(super) async fn looked_at(&self, channel: Channel, taken: &[Lease]) -> Vec<Job> {
        let mut by_tenant: HashMap<TenantId, Vec<Lease>> = HashMap::new();
        for lease in taken {
            by_tenant.entry(lease.tenant).or_default().push(*lease);
        }
        let mut jobs = Vec::new();
        for (tenant, leases) in by_tenant {
            match self.look(channel, tenant, &leases).await {
                Ok(looked_at) => jobs.extend(looked_at),
                // One tenant whose rows cannot be read holds up none of the others: its lease ends by itself.
                Err(error) => {
                    tracing::error!(tenant = tenant.0, %error, "a tenant's deliveries could not be looked at");
                }
            }
        }
        jobs
    }

    /// Looks again where it has waited behind slow ones: whoever has lost a right meanwhile is told nothing. None: it is not to
    /// be sent any more, or nothing is known of it.
    pub(super) async fn fresh(&self, channel: Channel, job: Job) -> Option<Job> {
        if job.read.elapsed() <= FRESH {
            return Some(job);
        }
        let tenant = job.lease.tenant;
        match self.look(channel, tenant, &[job.lease]).await {
            Ok(again) => again.into_iter().next(),
            Err(error) => {
                tracing::error!(tenant = tenant.0, %error, "a delivery could not be looked at again");
                None
            }
        }
    }

    /// In a number of statements that does not grow.
    async fn look(&self, channel: Channel, tenant: TenantId, leases: &[Lease]) -> Result<Vec<Job>> {
        let ids: Vec<_> = leases.iter().map(|lease| lease.id).collect();
        let deliveries = self.store.deliveries(tenant, &ids).await?;
        let (asked, sought) = questions(channel, &deliveries);
        let matters = self.store.matters(tenant, &asked).await?;
        let people = self.store.people(tenant, &sought, self.clock.now()).await?;
        let mut policy = self.policies.known(tenant, people.tenant.version);
        if policy.is_none() {
            let (version, rows) = self.store.policy(tenant).await?;
            policy = self.policies.load(tenant, version, &rows);
        }
        let Some(policy) = policy else { return Err(store::Error::Stored("policy of a tenant".to_owned())) };
        let wanted = deliveries.iter().any(|delivery| delivery.kind == NoticeKind::AuditHead);
        let head = if wanted { self.store.newest_head(tenant).await? } else { None };
        let (public, now, read) = (self.post.public.clone(), self.clock.now(), Instant::now());
        let desk = Arc::new(Desk { matters, people, policy, public, now, tenant, head });
        let fenced = |delivery: Delivery| {
            let lease = *leases.iter().find(|lease| lease.id == delivery.id && lease.fence == delivery.fence)?;
            Some(Job { lease, delivery, desk: Arc::clone(&desk), read })
        };
        Ok(deliveries.into_iter().filter_map(fenced).collect())
    }
}

/// What has to be known of them, and of whom.
fn questions(channel: Channel, deliveries: &[Delivery]) -> (Asked, Sought) {
    let (mut asked, mut sought) =
        (Asked { titles: true, ..Asked::default() }, Sought { addresses: true, ..Sought::default() });
    for delivery in deliveries {
        match channel {
            Channel::Webhook => sought.webhooks.push(Id::of(delivery.recipient)),
            Channel::Mail | Channel::InApp => sought.accounts.push(Id::of(delivery.recipient)),
        }
        for subject in delivery.items.iter().map(|item| &item.subject).chain([&delivery.subject]) {
            asked.rounds.extend(subject.record.zip(subject.round));
            asked.drafts.extend(subject.record.filter(|_| subject.rev.is_some()));
            asked.orgs.extend(subject.org);
            asked.posts.extend(subject.post);
            asked.files.extend(subject.file);
        }
    }
    (asked, sought)
}
