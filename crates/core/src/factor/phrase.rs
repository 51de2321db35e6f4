//! The phrase that binds a claimant page to a verified call: shown on the page, read out by its holder, typed by the agent.
//!
//! It is no secret that opens anything. It says *which* of the pages that claim to be Ana's is held by the person on
//! the line, so three words of 256 (one in 16.7 million by chance) and a handful of tries are plenty.

/// Words that are told apart on a bad line.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "acorn", "actor", "agent", "album", "amber", "angle", "ankle", "apple", "april", "apron", "arena", "argon",
    "arrow", "aspen", "atlas", "attic", "audio", "autumn", "bacon", "badge", "bagel", "baker", "bamboo", "banjo",
    "basil", "basin", "beach", "beacon", "beaver", "bell", "bench", "berry", "birch", "bishop", "bison", "blanket",
    "blossom", "boat", "bonus", "border", "bottle", "bronze", "brook", "bucket", "buffalo", "bugle", "butter", "button",
    "cabin", "cactus", "camel", "camera", "candle", "canoe", "canyon", "carbon", "cargo", "carpet", "castle", "cedar",
    "cellar", "cement", "chalk", "cherry", "chess", "chimney", "cinema", "circle", "citrus", "clover", "cobalt", "cobra",
    "coconut", "comet", "copper", "coral", "cotton", "cougar", "cradle", "cricket", "crystal", "cupid", "curtain", "daisy",
    "dancer", "delta", "denim", "desert", "diamond", "dinner", "dolphin", "domino", "donkey", "dragon", "eagle", "easel",
    "echo", "elbow", "elder", "ember", "emerald", "engine", "evening", "fabric", "falcon", "feather", "fender", "ferry",
    "fiddle", "filter", "finger", "flamingo", "forest", "fossil", "fountain", "galaxy", "garden", "garlic", "gazelle", "ginger",
    "giraffe", "glacier", "goblet", "granite", "gravel", "guitar", "hammer", "harbor", "harvest", "hazel", "helmet", "hockey",
    "honey", "husky", "iceberg", "igloo", "indigo", "island", "ivory", "jacket", "jaguar", "jasmine", "jelly", "jigsaw",
    "jungle", "kayak", "kernel", "kettle", "kitten", "ladder", "lagoon", "lantern", "laser", "lemon", "leopard", "lily",
    "linen", "lizard", "llama", "lobster", "locket", "lotus", "lunar", "magnet", "magpie", "mango", "maple", "marble",
    "meadow", "melon", "mentor", "meteor", "mirror", "mitten", "monkey", "morning", "mosaic", "muffin", "museum", "napkin",
    "nectar", "needle", "nickel", "noodle", "nutmeg", "oasis", "ocean", "olive", "onion", "opal", "orange", "orbit",
    "orchid", "otter", "oyster", "paddle", "panda", "panther", "paper", "parrot", "pearl", "pebble", "pelican", "pencil",
    "pepper", "piano", "picnic", "pigeon", "pillow", "pilot", "piston", "planet", "plaza", "pocket", "polar", "poppy",
    "potato", "prairie", "pretzel", "puffin", "pumpkin", "puzzle", "quartz", "rabbit", "radar", "radish", "raven", "ribbon",
    "river", "robin", "rocket", "saddle", "salmon", "sandal", "saturn", "scarlet", "sequoia", "shadow", "silver", "sparrow",
    "spider", "summer", "sunset", "teapot", "thunder", "tiger", "timber", "tomato", "tulip", "turtle", "velvet", "violet",
    "walnut", "willow", "winter", "zebra",
];

/// A phrase from three random bytes.
pub fn from_random(random: [u8; 3]) -> String {
    let words: Vec<&str> = random.iter().filter_map(|byte| WORDS.get(usize::from(*byte)).copied()).collect();
    words.join(" ")
}

/// Whether what the agent typed is the phrase; case, commas and spacing do not matter.
pub fn matches(phrase: &str, typed: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    !phrase.is_empty() && words(phrase) == words(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_distinct() {
        let distinct: std::collections::HashSet<_> = WORDS.iter().collect();
        assert_eq!(distinct.len(), 256);
    }

    #[test]
    fn a_phrase_is_typed_as_it_is_heard() {
        let phrase = from_random([0, 1, 255]);
        assert!(matches(&phrase, &phrase.to_uppercase()));
        assert!(matches(&phrase, &format!(" {} ", phrase.replace(' ', ", "))));
        assert!(!matches(&phrase, ""));
        assert!(!matches("", ""));
        assert!(!matches(&phrase, &from_random([0, 1, 254])));
    }
}
