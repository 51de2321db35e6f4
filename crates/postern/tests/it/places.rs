//! Network and place of addresses: what is shown with databases that the operator brought, and without.

use std::path::PathBuf;
use std::sync::Arc;

use postern::actions::open_case::open_case;
use postern::config::{Config, Mode, Typed};
use postern::places::AddressPlaces;
use postern::request::RequestInfo;
use postern_core::id::CaseId;
use postern_testkit::geoip_database;
use serde_json::json;

use crate::on_both::on_both;
use crate::test_app::TestApp;

const FROM: &str = "203.0.113.7";
const LABEL: &str = "203.0.113.7 (Berlin, DE, Example Telecom)";

/// Two files in a folder of their own, deleted with it.
pub struct GeoipFiles {
    folder: PathBuf,
}

impl GeoipFiles {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("postern-geoip-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let berlin = json!({ "city": { "names": { "en": "Berlin" } }, "country": { "iso_code": "DE", "names": { "en": "Germany" } } });
        let france = json!({ "country": { "iso_code": "FR", "names": { "en": "France" } } });
        let city = geoip_database("GeoLite2-City", &[("203.0.113.0/24", berlin), ("2001:db8::/32", france)]);
        let telecom =
            json!({ "autonomous_system_number": 64496, "autonomous_system_organization": "Example Telecom" });
        let asn = geoip_database("GeoLite2-ASN", &[("203.0.113.0/25", telecom)]);
        std::fs::write(folder.join("city.mmdb"), city).unwrap();
        std::fs::write(folder.join("asn.mmdb"), asn).unwrap();
        Self { folder }
    }

    pub fn places(&self) -> AddressPlaces {
        let path = |name: &str| self.folder.join(name);
        AddressPlaces::read(Some(&path("city.mmdb")), Some(&path("asn.mmdb"))).unwrap()
    }

    fn configure(&self) -> impl FnOnce(&mut Config) + use<> {
        let places = Arc::new(self.places());
        move |config| config.places = places
    }

    /// What is wrong with settings that name these files.
    fn problems(&self, city: &str, asn: &str) -> String {
        let folder = self.folder.display();
        let typed: Typed =
            toml::from_str(&format!("[geoip]\ncity = '{folder}/{city}'\nasn = '{folder}/{asn}'")).unwrap();
        typed.into_config(Mode::Production).map_or_else(|wrong| wrong.to_string(), |_| String::new())
    }
}

impl Drop for GeoipFiles {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl TestApp {
    /// A case that was asked for from [`FROM`].
    async fn open_from_berlin(&self, login: &str) -> CaseId {
        let mut scope = self.scope();
        scope.request = Arc::new(RequestInfo { ip: FROM.to_owned(), ..RequestInfo::none() });
        let opened = open_case(&scope, login, None).await.unwrap();
        self.secrets.saw(&opened.claimant_page_token);
        opened.id
    }
}

#[test]
fn an_address_has_the_place_and_the_network_that_the_files_say() {
    let places = GeoipFiles::new("lookup").places();
    assert_eq!(places.place(FROM).as_deref(), Some("Berlin, DE"));
    assert_eq!(places.network(FROM).as_deref(), Some("Example Telecom"));
    assert_eq!(places.address_label(FROM), LABEL);
    assert_eq!(places.address_label("203.0.113.200"), "203.0.113.200 (Berlin, DE)");
    assert_eq!(places.address_label("2001:db8::1"), "2001:db8::1 (France)");
    for unknown in ["198.51.100.1", "2001:db9::1", "-", "", "planted"] {
        assert_eq!(places.address_label(unknown), unknown);
    }
    for private in ["10.1.2.3", "192.168.0.9", "127.0.0.1", "169.254.1.1", "::1", "fd00::1", "fe80::1"] {
        assert_eq!(places.address_label(private), format!("{private} (private network)"));
        assert_eq!(AddressPlaces::default().address_label(private), private, "nothing is guessed");
    }
}

#[test]
fn a_file_that_cannot_be_used_stops_the_start() {
    let files = GeoipFiles::new("problems");
    std::fs::write(files.folder.join("text.mmdb"), "no database").unwrap();
    assert_eq!(files.problems("city.mmdb", "asn.mmdb"), "");
    let both = files.problems("nowhere.mmdb", "text.mmdb");
    assert!(both.contains("- geoip.city: ") && both.contains("nowhere.mmdb"), "{both}");
    assert!(both.contains("- geoip.asn: ") && both.contains("text.mmdb"), "{both}");
    let swapped = files.problems("asn.mmdb", "city.mmdb");
    assert!(
        swapped.contains("is a database of \"GeoLite2-ASN\", and this wants City or Country"),
        "{swapped}"
    );
    assert!(swapped.contains("is a database of \"GeoLite2-City\", and this wants ASN or ISP"), "{swapped}");
}

on_both! {
    async fn pages_and_notices_say_where_an_address_is(db) {
        let files = GeoipFiles::new(&format!("pages-{db:?}"));
        let app = TestApp::start_with(db, files.configure()).await;
        let id = app.open_from_berlin("ana").await;
        let told = app.messages().await;
        let mail = told.iter().find(|message| message.channel == "email").unwrap();
        assert!(mail.body.contains(LABEL), "{}", mail.body);
        let ben = app.browser_with_planted_session("ben").await;
        let case = ben.get(&format!("/desk/cases/{id}")).await;
        case.ok().shows(LABEL).shows("NetworkExample Telecom ");
        case.shows("PlaceBerlin, DE, or near there");
        ben.get("/desk?list=strangers").await.ok().shows(LABEL);
        let account = ben.get("/account").await;
        sqlx::query(app.own("UPDATE sessions SET ip = '203.0.113.7'")).execute(app.db.reader()).await.unwrap();
        account.ok().does_not_show(LABEL);
        ben.get("/account").await.ok().shows(LABEL);
        let ben_id = app.person("ben").await.id;
        ben.get(&format!("/desk/people/{ben_id}")).await.ok().shows(LABEL);
        sqlx::query(app.own("UPDATE sessions SET ip = '10.0.0.7'")).execute(app.db.reader()).await.unwrap();
        ben.get("/account").await.ok().shows("10.0.0.7 (private network)");
        let ada = app.browser_with_planted_session("ada").await;
        ada.get("/desk/audit?event=case.opened").await.ok().shows("Asked from 203.0.113.7 (Berlin, DE, Example Telecom)");
    }

    async fn without_databases_addresses_stand_alone(db) {
        let app = TestApp::start(db).await;
        let id = app.open_from_berlin("ana").await;
        let ben = app.browser_with_planted_session("ben").await;
        let case = ben.get(&format!("/desk/cases/{id}")).await;
        case.ok().shows("Address203.0.113.7 ");
        assert!(!case.body.contains("<dt>Place</dt>") && !case.body.contains("<dt>Network</dt>"));
        ben.get("/account").await.ok().does_not_show("private network");
    }
}
