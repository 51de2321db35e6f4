//! An event, read as the documentation of the writer says that it may be.

use std::borrow::Cow;

use postern_signals::{AttemptResult, Cause, Flag, Lifecycle, Method, Network, Point, Provider, SignIn};
use serde_json::Value;

fn text(value: &Value) -> Option<Cow<'static, str>> {
    value.as_str().map(|text| text.to_owned().into())
}

fn word<T>(value: &Value, all: impl IntoIterator<Item = T>, name: impl Fn(&T) -> &'static str) -> Option<T> {
    let word = value.as_str()?;
    Some(all.into_iter().find(|known| name(known) == word).unwrap_or_else(|| panic!("{word}")))
}

fn result(own: &Value) -> AttemptResult {
    let cause = word(&own["cause"], Cause::ALL, |cause| cause.as_str());
    match own["result"].as_str().unwrap() {
        "success" => AttemptResult::Success,
        "failure" => AttemptResult::Failure(cause.unwrap()),
        "interrupt" => AttemptResult::Interrupt(cause),
        "push_sent" => AttemptResult::PushSent,
        _ => {
            AttemptResult::Lifecycle(word(&own["result"], Lifecycle::ALL, |change| change.as_str()).unwrap())
        }
    }
}

fn point(value: &Value, [latitude, longitude]: [&str; 2]) -> Option<Point> {
    Point::new(value[latitude].as_f64()?, value[longitude].as_f64()?)
}

/// The record of an event that Postern wrote.
pub fn sign_in(event: &Value) -> SignIn<'static> {
    let own = &event["unmapped"]["postern"];
    let provider = word(&own["provider"], Provider::ALL, |provider| provider.as_str()).unwrap();
    let mut record = SignIn::new(provider, result(own));
    record.at = Some(event["metadata"]["original_time"].as_str().unwrap().parse().unwrap());
    assert_eq!(event["time"].as_i64(), record.at.map(jiff::Timestamp::as_millisecond));
    let user = &event["user"];
    record.display = text(&user["display_name"]);
    record.set_person(text(&user["name"]));
    record.person_id = text(&user["uid"]);
    record.record_id = text(&event["metadata"]["uid"]);
    let source = &event["src_endpoint"];
    record.set_ip(source["ip"].as_str());
    record.user_agent = text(&event["http_request"]["user_agent"]);
    record.device = text(&event["device"]["uid"]);
    record.phone = text(&own["phone"]);
    record.country = text(&source["location"]["country"]);
    record.city = text(&source["location"]["city"]);
    let place = point(&source["location"], ["lat", "long"]);
    record.place = place.or_else(|| point(&own["place"], ["latitude", "longitude"]));
    record.phone_place = point(&own["phone_place"], ["latitude", "longitude"]);
    record.asn = source["autonomous_system"]["number"].as_u64().map(|number| number.try_into().unwrap());
    record.network = word(&own["network"], Network::ALL, |network| network.as_str()).unwrap_or_default();
    let service = text(&event["service"]["name"]).filter(|name| name != provider.as_str());
    record.app = service.or_else(|| text(&event["actor"]["app_name"]));
    record.legacy = own["legacy"].as_bool().unwrap_or_default();
    record.method = word(&own["method"], Method::ALL, |method| method.as_str()).unwrap();
    record.code = text(&event["status_code"]);
    record.interactive = own["interactive"].as_bool().unwrap();
    record.flag = word(&own["flag"], Flag::ALL, |flag| flag.as_str());
    record.session = text(&event["session"]["uid"]).or_else(|| text(&event["actor"]["session"]["uid"]));
    record.policy = text(&own["policy"]);
    record.actor = text(&event["actor"]["user"]["name"]);
    record.detail = text(&own["detail"]);
    record
}
