//! How much a sender may send, in the memory of a node.

use std::num::NonZeroU32;

use jiff::SignedDuration;
use postern::clock::Clock;
use postern::sender_limits::{RequestSender, SenderLimits};
use postern_core::id::{PersonId, TenantId};

fn start() -> (SenderLimits, Clock) {
    let clock = Clock::default();
    (SenderLimits::new(NonZeroU32::new(10).unwrap(), &clock), clock)
}

#[test]
fn each_organisation_and_each_owner_of_a_device_is_counted_alone() {
    let (limits, _) = start();
    let (harbour, quay) = (TenantId::new("harbour"), TenantId::new("quay"));
    let flood = RequestSender::at("192.0.2.7");
    let admitted = (0..100).filter(|_| limits.admit(&harbour, &flood).is_ok()).count();
    assert!((10..15).contains(&admitted), "{admitted}");
    let wait = limits.admit(&harbour, &flood).unwrap_err();
    assert!(wait > SignedDuration::ZERO && wait <= SignedDuration::from_secs(6), "{wait}");
    assert!(limits.admit(&quay, &flood).is_ok(), "another organisation");
    assert!(limits.admit(&harbour, &RequestSender::Owner(PersonId::new("ana"))).is_ok(), "a known device");
    assert!(limits.admit(&harbour, &RequestSender::at("192.0.2.8")).is_ok(), "a neighbour");
}

#[test]
fn one_machine_takes_no_more_than_its_own_of_the_network() {
    let (limits, _) = start();
    let tenant = TenantId::new("harbour");
    for _ in 0..1_000 {
        let _ = limits.admit(&tenant, &RequestSender::at("192.0.2.7"));
    }
    let others = (8..40).map(|host| RequestSender::at(&format!("192.0.2.{host}")));
    let admitted = others.filter(|other| limits.admit(&tenant, other).is_ok()).count();
    assert!((25..=32).contains(&admitted), "{admitted} of 32, and room for some thirty");
}

#[test]
fn addresses_that_say_nothing_any_more_are_forgotten() {
    let (limits, clock) = start();
    let tenant = TenantId::new("harbour");
    for number in 0..20_000 {
        let address = format!("2001:db8:{:x}:{number:x}::1", number / 8);
        assert!(limits.admit(&tenant, &RequestSender::at(&address)).is_ok(), "{address}");
    }
    assert!(limits.remembered() > 20_000);
    clock.advance(SignedDuration::from_mins(2));
    for number in 0..20_000 {
        let address = format!("2001:db8:{:x}:{number:x}::2", 0x8000 + number / 8);
        assert!(limits.admit(&tenant, &RequestSender::at(&address)).is_ok(), "{address}");
    }
    assert!(limits.remembered() < 30_000, "{}", limits.remembered());
}
