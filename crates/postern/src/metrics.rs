//! What the operator's monitoring reads: figures of the process and of each organisation, by its short name. Who is in it, and
//! what they did, is in none of them.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::store::time;
use crate::tenants::{Tenant, Tenants};

/// Counted since the start of the process, and looked up when somebody asks.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    sign_ins: Family<SignInLabels, Counter>,
    looked_up: LookedUp,
    /// One asks at a time: what is looked up is written and read in two steps.
    asking: Mutex<()>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TenantLabel {
    tenant: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    /// Empty: at a host that nobody has.
    tenant: String,
    /// The first digit of the status, such as `2xx`.
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignInLabels {
    tenant: String,
    /// `success` or `failure`.
    result: &'static str,
}

/// What the node knows of each organisation when it is asked.
#[derive(Clone, Default)]
struct LookedUp {
    is_served: Family<TenantLabel, Gauge>,
    open_incidents: Family<TenantLabel, Gauge>,
    messages_waiting: Family<TenantLabel, Gauge>,
    jobs_given_up: Family<TenantLabel, Gauge>,
    log_goes_on: Family<TenantLabel, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let (requests, sign_ins, looked_up) = (Family::default(), Family::default(), LookedUp::default());
        let mut registry = Registry::with_prefix("postern");
        let of = looked_up.clone();
        registry.register(
            "requests",
            "Requests, by the first digit of the answer's status",
            Family::clone(&requests),
        );
        registry.register("sign_ins", "Sign-ins that were completed or failed", Family::clone(&sign_ins));
        registry.register("tenant_served", "1 while it is served, 0 while it is suspended", of.is_served);
        registry.register("open_incidents", "Incidents that nobody has closed", of.open_incidents);
        let waits = "How long the oldest message has waited, where one waits for more than two minutes";
        registry.register_with_unit("messages_waiting", waits, Unit::Seconds, of.messages_waiting);
        registry.register(
            "jobs_given_up",
            "Jobs that wait for an admin to let them run again",
            of.jobs_given_up,
        );
        registry.register("audit_log_goes_on", "0 while the audit log gets no more entries", of.log_goes_on);
        Self { registry, requests, sign_ins, looked_up, asking: Mutex::default() }
    }
}

impl Metrics {
    /// A request was answered. `None`: its host is nobody's.
    pub fn count_request(&self, tenant: Option<&Tenant>, status: u16) {
        let status = match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        let tenant = tenant.map(|tenant| tenant.slug.clone()).unwrap_or_default();
        self.requests.get_or_create(&RequestLabels { tenant, status }).inc();
    }

    /// Somebody signed in, or failed to.
    pub fn count_sign_in(&self, tenant: &Tenant, has_succeeded: bool) {
        let result = if has_succeeded { "success" } else { "failure" };
        self.sign_ins.get_or_create(&SignInLabels { tenant: tenant.slug.clone(), result }).inc();
    }

    /// All of it, in the text format of `OpenMetrics`.
    pub fn encode(&self, tenants: &Tenants, now: Timestamp) -> Result<String, std::fmt::Error> {
        let _asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        self.looked_up.clear();
        for tenant in tenants.list() {
            self.looked_up.set(&tenant, now);
        }
        let mut encoded = String::new();
        text::encode(&mut encoded, &self.registry)?;
        Ok(encoded)
    }
}

impl LookedUp {
    /// One that was renamed or is gone has no figures any more.
    fn clear(&self) {
        for family in [
            &self.is_served,
            &self.open_incidents,
            &self.messages_waiting,
            &self.jobs_given_up,
            &self.log_goes_on,
        ] {
            family.clear();
        }
    }

    fn set(&self, tenant: &Arc<Tenant>, now: Timestamp) {
        let activity = &tenant.activity;
        let waits =
            activity.messages_wait_since().map_or(0, |since| now.duration_since(time(since)).as_secs());
        for (family, value) in [
            (&self.is_served, i64::from(tenant.suspended_at.is_none())),
            (&self.open_incidents, activity.open_incidents.load(Ordering::Relaxed)),
            (&self.messages_waiting, waits.max(0)),
            (&self.jobs_given_up, activity.dead_jobs.load(Ordering::Relaxed)),
            (&self.log_goes_on, i64::from(!activity.audit_health.is_refusing())),
        ] {
            family.get_or_create(&TenantLabel { tenant: tenant.slug.clone() }).set(value);
        }
    }
}
