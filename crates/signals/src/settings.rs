//! Placeholder until the real one lands.
#![allow(missing_docs)]
use jiff::SignedDuration;
#[derive(Debug, Clone)]
pub struct Settings {
    pub impossible_travel: ImpossibleTravel,
    pub phone_far_away: PhoneFarAway,
    pub stale_password: StalePassword,
    pub lockout_by_stranger: LockoutByStranger,
    pub clock_drift: ClockDrift,
}
#[derive(Debug, Clone)]
pub struct ImpossibleTravel {
    pub distance_km: f64,
    pub speed_kmh: f64,
    pub error_km: f64,
    pub ignored_networks: Vec<u32>,
}
#[derive(Debug, Clone)]
pub struct PhoneFarAway {
    pub distance_km: f64,
}
#[derive(Debug, Clone)]
pub struct StalePassword {
    pub count: usize,
    pub within: SignedDuration,
    pub evenness: f64,
}
#[derive(Debug, Clone)]
pub struct LockoutByStranger {
    pub count: usize,
    pub within: SignedDuration,
}
#[derive(Debug, Clone)]
pub struct ClockDrift {
    pub count: usize,
    pub within: SignedDuration,
}
impl Default for Settings {
    fn default() -> Self {
        Self {
            impossible_travel: ImpossibleTravel {
                distance_km: 500.0,
                speed_kmh: 900.0,
                error_km: 25.0,
                ignored_networks: Vec::new(),
            },
            phone_far_away: PhoneFarAway { distance_km: 500.0 },
            stale_password: StalePassword {
                count: 4,
                within: SignedDuration::from_hours(24),
                evenness: 0.35,
            },
            lockout_by_stranger: LockoutByStranger { count: 5, within: SignedDuration::from_mins(30) },
            clock_drift: ClockDrift { count: 3, within: SignedDuration::from_mins(10) },
        }
    }
}
