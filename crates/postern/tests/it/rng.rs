//! What is random.

use std::collections::HashSet;

use jiff::Timestamp;
use postern::rng::Rng;

/// What a broken generator, or a mistake in front of a good one, shows first: no test can show more.
#[test]
fn of_ten_thousand_draws_none_comes_twice_and_each_bit_is_set_in_half_of_them() {
    const DRAWS: u32 = 10_000;
    let (mut seen, mut set) = (HashSet::new(), [0_u32; 256]);
    for _ in 0..DRAWS {
        let bytes = Rng.bytes::<32>().unwrap();
        for (bit, count) in set.iter_mut().enumerate() {
            *count += u32::from(bytes[bit / 8] >> (bit % 8) & 1);
        }
        assert!(seen.insert(*bytes), "the same 32 bytes twice");
    }
    // Eight standard deviations of a fair coin.
    assert!(set.iter().all(|count| count.abs_diff(DRAWS / 2) < 8 * 50), "{set:?}");
    let tokens: HashSet<String> = (0..1000).map(|_| Rng.token().unwrap().to_string()).collect();
    assert_eq!((tokens.len(), tokens.iter().next().unwrap().len()), (1000, 43));
}

/// Of one moment, the ids differ in all that is not the time, nor says which version they are of.
#[test]
fn an_id_has_74_random_bits() {
    const DRAWS: u32 = 1_000;
    let (now, mut seen, mut set) = (Timestamp::UNIX_EPOCH, HashSet::new(), [0_u32; 128]);
    for _ in 0..DRAWS {
        let id = Rng.id(now).unwrap().parse::<uuid::Uuid>().unwrap().as_u128();
        for (bit, count) in set.iter_mut().enumerate() {
            *count += u32::from(id >> bit & 1 == 1);
        }
        assert!(seen.insert(id), "the same id twice");
    }
    // Eight standard deviations of a fair coin.
    let random = set.iter().filter(|count| count.abs_diff(DRAWS / 2) < 8 * 16).count();
    assert_eq!(random, 74, "{set:?}");
}
