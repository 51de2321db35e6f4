//! Browsers, phones and programs that sign in.

use crate::seeded::Seeded;

/// What signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientKind {
    /// A browser.
    #[default]
    Browser,
    /// A phone's mail program over Exchange `ActiveSync`: it cannot do MFA.
    ActiveSync,
    /// A mail program over IMAP: neither can it.
    Imap,
    /// A program that runs by itself.
    Script,
}

/// A browser or program on one device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Client {
    /// User agent.
    pub agent: &'static str,
    /// Operating system, in words.
    pub system: &'static str,
    /// Browser, in words.
    pub browser: &'static str,
    /// The device; vendors make their own id of it.
    pub device: u64,
    /// The organisation manages it.
    pub managed: bool,
    /// Kind.
    pub kind: ClientKind,
}

/// User agent, system, browser.
type Model = (&'static str, &'static str, &'static str);

/// Each as it was before and after the update that comes out within the month.
const LAPTOPS: [[Model; 2]; 4] = [
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0",
            "Windows10",
            "Edge 144.0.0",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36 Edg/145.0.0.0",
            "Windows10",
            "Edge 145.0.0",
        ),
    ],
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
            "Windows10",
            "Chrome 144.0.0",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
            "Windows10",
            "Chrome 145.0.0",
        ),
    ],
    [
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
            "MacOs",
            "Safari 18.3",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
            "MacOs",
            "Safari 18.4",
        ),
    ],
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0", "Linux", "Firefox 147.0"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0", "Linux", "Firefox 148.0"),
    ],
];
const PHONES: [Model; 2] = [
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1",
        "Ios 18.3",
        "Mobile Safari 18.3",
    ),
    (
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Mobile Safari/537.36",
        "Android 15",
        "Chrome Mobile 144.0.0",
    ),
];
/// What those bring who do not own the account.
const STRANGERS: [Model; 12] = [
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Windows10",
        "Firefox 128.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0",
        "Windows10",
        "Firefox 115.0",
    ),
    (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
        "Linux",
        "Chrome 138.0.0",
    ),
    (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "Linux",
        "Chrome 126.0.0",
    ),
    ("python-requests/2.31.0", "", "Python Requests 2.31"),
    ("python-requests/2.32.3", "", "Python Requests 2.32"),
    ("Go-http-client/2.0", "", "Go-http-client 2.0"),
    ("axios/1.7.2", "", "axios 1.7"),
    ("okhttp/4.12.0", "", "okhttp 4.12"),
    (
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
        "Windows7",
        "Chrome 109.0.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
        "Windows10",
        "Chrome 119.0.0",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "MacOs",
        "Chrome 131.0.0",
    ),
];

impl Client {
    /// A laptop, before and after its browser's update.
    pub fn laptops(random: &mut Seeded) -> (Self, Self) {
        let [before, after] = random.pick(&LAPTOPS);
        let (device, managed) = (random.number(), random.chance(75));
        (Self::of(before, device, managed), Self::of(after, device, managed))
    }

    /// A phone's browser.
    pub fn phone(random: &mut Seeded) -> Self {
        Self::of(random.pick(&PHONES), random.number(), false)
    }

    /// An attacker's.
    pub fn attacker(random: &mut Seeded) -> Self {
        Self::of(random.pick(&STRANGERS), random.number(), false)
    }

    /// The mail program of a phone, which keeps the password by itself.
    pub fn mail_on_phone(random: &mut Seeded) -> Self {
        let model = ("Apple-iPhone14C2/2203.82", "Ios", "");
        Self { kind: ClientKind::ActiveSync, ..Self::of(model, random.number(), false) }
    }

    /// An old mail program on a computer.
    pub fn old_mail(random: &mut Seeded) -> Self {
        let model = ("BAV2ROPC", "", "");
        Self { kind: ClientKind::Imap, ..Self::of(model, random.number(), false) }
    }

    /// A job on a server.
    pub fn script(random: &mut Seeded) -> Self {
        let model = ("nightly-export/3.1 (curl/8.5.0)", "Linux", "");
        Self { kind: ClientKind::Script, ..Self::of(model, random.number(), false) }
    }

    /// Can it show a second factor?
    pub fn is_legacy(&self) -> bool {
        matches!(self.kind, ClientKind::ActiveSync | ClientKind::Imap)
    }

    fn of((agent, system, browser): Model, device: u64, managed: bool) -> Self {
        Self { agent, system, browser, device, managed, kind: ClientKind::Browser }
    }
}
