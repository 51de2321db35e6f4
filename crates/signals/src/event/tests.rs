use super::*;

#[test]
fn what_is_packed_comes_out_again() {
    let texts = Texts::default();
    let mut writer = Writer::new(&texts);
    let results = [AttemptResult::Success, AttemptResult::Interrupt(None), AttemptResult::PushSent];
    let causes = Cause::ALL.into_iter();
    let results = results
        .into_iter()
        .chain(causes.clone().map(AttemptResult::Failure))
        .chain(causes.map(|cause| AttemptResult::Interrupt(Some(cause))))
        .chain(Lifecycle::ALL.into_iter().map(AttemptResult::Lifecycle));
    for result in results {
        for provider in Provider::ALL {
            let mut record = SignIn::new(provider, result);
            record.at = "2026-03-02T08:14:11.204123Z".parse().ok();
            record.set_ip(Some("198.51.100.7"));
            record.set_person(Some("Mia".into()));
            record.place = Point::new(45.76, -4.83);
            record.position = Position { file: 3, line: 9_000_000_000 };
            record.flag = Some(Flag::Phishing);
            record.app = Some("Mail".into());
            let event = Event::of(&record, &mut writer);
            assert_eq!((event.at(), event.ip(), event.result()), (record.at, record.ip, record.result));
            assert_eq!((event.place(), event.phone_place()), (record.place, None));
            assert_eq!((event.position(), event.provider()), (record.position, provider));
            assert_eq!((event.flag(), event.interactive()), (record.flag, true));
            assert_eq!(texts.get(event.app).as_deref(), Some("Mail"));
            assert_eq!(&*texts.people().name(event.person).unwrap().login, "mia");
            assert_eq!(event.proves(), result == AttemptResult::Success);
        }
    }
}

#[test]
fn an_id_belongs_to_the_one_login_that_has_it() {
    let texts = Texts::default();
    let mut writer = Writer::new(&texts);
    let mut key = |login: Option<&str>, id: &str| {
        let mut record = SignIn::new(Provider::Entra, AttemptResult::Success);
        record.set_person(login.map(|login| login.to_owned().into()));
        record.person_id = Some(id.to_owned().into());
        Event::of(&record, &mut writer).person
    };
    let (mia, only_id) = (key(Some("mia"), "9b117c67-170e"), key(None, "9B117C67-170E"));
    assert_ne!(mia, only_id);
    assert_eq!(texts.people().resolve(only_id), mia);
    key(Some("eve"), "9b117c67-170e");
    assert_eq!(texts.people().resolve(only_id), only_id, "an id of two people is nobody's");
    assert_eq!(key(None, "0000-0000"), PersonKey::NOBODY);
}

#[test]
fn seen_and_address_do_not_touch_each_other() {
    let texts = Texts::default();
    let record = SignIn::new(Provider::Okta, AttemptResult::Success);
    let mut event = Event::of(&record, &mut Writer::new(&texts));
    event.set_address_familiarity(Familiarity::New);
    event.set_familiarity(Familiarity::Known, Familiarity::New, Familiarity::Unsure);
    assert_eq!(
        (event.familiarity(), event.address_familiarity()),
        ((Familiarity::Known, Familiarity::New, Familiarity::Unsure), Familiarity::New)
    );
}

/// Findings keep these: a value that changes makes one thing two.
#[test]
fn a_stable_hash_is_the_same_in_every_version() {
    let texts = Texts::default();
    let hashes = |device: Option<&'static str>| {
        let mut record = SignIn::new(Provider::Okta, AttemptResult::Success);
        record.device = device.map(Into::into);
        record.session = record.device.clone();
        record.phone = record.device.clone();
        let event = Event::of(&record, &mut Writer::new(&texts));
        [event.device, event.session, event.phone]
    };
    assert_eq!(hashes(None), [0; 3]);
    assert_eq!(hashes(Some("")), [0xd1fb_a762_150c_532c; 3]);
    assert_eq!(hashes(Some("guz1dqbc9e3Q")), [0x1eb2_3296_2444_959c; 3]);
}
