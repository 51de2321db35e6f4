//! What is random.

use std::collections::HashSet;

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
