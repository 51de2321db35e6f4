use super::*;

fn fact(who: u32, key: char, at: i64, network: u64) -> Fact<char> {
    Fact { who, key, at, ending: Ending::Failed, network, familiar: false, before: false }
}

/// The window, told by looking at all facts again.
fn expected(facts: &[Fact<char>], key: char, end: i64) -> (u32, u32, u32) {
    let mut last: HashMap<u32, u64> = HashMap::new();
    for fact in facts.iter().filter(|fact| fact.key == key && fact.at >= end) {
        last.insert(fact.who, fact.network);
    }
    let mut networks: HashMap<u64, u32> = HashMap::new();
    for network in last.values() {
        *networks.entry(*network).or_default() += 1;
    }
    let count = |len: usize| u32::try_from(len).unwrap();
    (count(last.len()), count(networks.len()), networks.values().copied().max().unwrap_or(0))
}

#[test]
fn the_window_is_what_counting_again_would_say() {
    let mut random = 7_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let (mut window, mut facts, mut now) = (SlidingWindow::new(50), Vec::new(), 0);
    for _ in 0..20_000 {
        now += i64::try_from(next(4)).unwrap() * i64::try_from(next(4)).unwrap();
        let key = ['a', 'b', 'c'][usize::try_from(next(3)).unwrap()];
        // A person's networks at one time are merged in a way of their own.
        let network = u64::try_from(now).unwrap() % 7 + 1;
        let fact = fact(u32::try_from(next(20)).unwrap(), key, now, network);
        window.advance(now, |_| ());
        window.take(fact);
        facts.push(fact);
        for key in ['a', 'b', 'c'] {
            let found = window.counts(key).map_or((0, 0, 0), |counts| {
                (counts.people, counts.networks.count(), counts.networks.largest())
            });
            assert_eq!(found, expected(&facts, key, now - 50), "{key} at {now}");
        }
        facts.drain(..facts.len().saturating_sub(200));
    }
    assert!(window.slots.len() <= 60, "{} slots", window.slots.len());
}

#[test]
fn a_fact_lives_to_the_last_moment_of_the_span_and_no_longer() {
    let mut window = SlidingWindow::new(600);
    window.take(fact(1, 'a', 0, 1));
    window.advance(600, |_| ());
    assert_eq!(window.counts('a').map(|counts| counts.people), Some(1));
    let mut gone = 0;
    window.advance(601, |_| gone += 1);
    assert!(window.counts('a').is_none());
    assert_eq!(gone, 1);
}

#[test]
fn at_one_time_the_order_does_not_matter() {
    let failed = Fact { familiar: true, ..fact(1, 'a', 5, 2) };
    let succeeded = Fact { ending: Ending::Succeeded, ..fact(1, 'a', 5, 9) };
    for both in [[failed, succeeded], [succeeded, failed]] {
        let mut window = SlidingWindow::new(600);
        for fact in both {
            window.take(fact);
        }
        let counts = window.counts('a').unwrap();
        assert_eq!((counts.people, counts.succeeded, counts.familiar), (1, 1, 1));
        assert_eq!((counts.networks.count(), counts.networks.largest()), (1, 1));
    }
}
