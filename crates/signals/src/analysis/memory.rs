//! What a person has been seen with: networks, devices and countries of sign-ins that succeeded.

use crate::event::{Event, Familiarity, TextId};

/// Networks remembered per person; the one seen longest ago goes first.
const NETWORKS: usize = 8;
const DEVICES: usize = 6;
const COUNTRIES: usize = 4;
const CARRIERS: usize = 4;
/// Sign-ins after which something unseen counts as new.
const ENOUGH: u16 = 3;
/// The same for devices: people have several, and use some of them once a week.
const ENOUGH_FOR_DEVICES: u16 = 12;

/// Newest last. Keyed hashes and numbers, 0 for an empty place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    networks: [u64; NETWORKS],
    devices: [u64; DEVICES],
    countries: [u64; COUNTRIES],
    /// Autonomous systems: a carrier gives the same person many addresses.
    carriers: [u64; CARRIERS],
    successes: u16,
}

impl Memory {
    /// What is known of the event's network, device and country, before it is learnt.
    pub(crate) fn analyse(&self, event: &Event) -> (Familiarity, Familiarity, Familiarity) {
        let device = match self.familiarity(&self.devices, device_key(event)) {
            Familiarity::New if self.successes < ENOUGH_FOR_DEVICES => Familiarity::Unsure,
            device => device,
        };
        let network = match self.familiarity(&self.networks, event.network_key()) {
            // Another address of a carrier that they use is neither known nor strange.
            Familiarity::New if self.carriers.contains(&u64::from(event.asn)) && event.asn != 0 => {
                Familiarity::Unsure
            }
            network => network,
        };
        (network, device, self.familiarity(&self.countries, country_key(event)))
    }

    /// Has the person signed in often enough for "new" to mean something?
    pub(crate) fn is_enough(&self) -> bool {
        self.successes >= ENOUGH
    }

    /// Learns from a success that proves the person.
    pub(crate) fn learn(&mut self, event: &Event) {
        self.successes = self.successes.saturating_add(1);
        remember(&mut self.networks, event.network_key());
        remember(&mut self.devices, device_key(event));
        remember(&mut self.countries, country_key(event));
        remember(&mut self.carriers, u64::from(event.asn));
    }

    fn familiarity(&self, remembered: &[u64], key: u64) -> Familiarity {
        match key {
            0 => Familiarity::Unsure,
            _ if remembered.contains(&key) => Familiarity::Known,
            _ if self.is_enough() && remembered.iter().any(|key| *key != 0) => Familiarity::New,
            _ => Familiarity::Unsure,
        }
    }
}

fn remember(remembered: &mut [u64], key: u64) {
    if key == 0 {
        return;
    }
    let from = remembered.iter().position(|other| *other == key).unwrap_or(0);
    if let Some(rest) = remembered.get_mut(from..) {
        rest.rotate_left(1);
    }
    if let Some(last) = remembered.last_mut() {
        *last = key;
    }
}

/// The device's id, or else its user agent.
pub(crate) fn device_key(event: &Event) -> u64 {
    if event.device != 0 { event.device } else { key_of(event.agent) }
}

fn country_key(event: &Event) -> u64 {
    key_of(event.country)
}

/// 0, where the text is one of those that found no room: then nobody knows whether it is new.
fn key_of(text: TextId) -> u64 {
    if text == TextId::OTHER { 0 } else { text.number() }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;

    use super::*;

    #[test]
    fn a_text_that_found_no_room_is_no_known_device() {
        let mut event = Event::zeroed();
        event.agent = TextId::OTHER;
        let mut memory = Memory::default();
        for _ in 0..ENOUGH_FOR_DEVICES {
            memory.learn(&event);
        }
        assert_eq!(memory.analyse(&event), (Familiarity::Unsure, Familiarity::Unsure, Familiarity::Unsure));
    }
}
