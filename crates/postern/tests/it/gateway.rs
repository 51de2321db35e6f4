//! How a gateway is named in the settings.

use postern::gateway::{Gateway, GatewayMistake, TypedGateway};

const TYPED: TypedGateway<'_> = TypedGateway {
    kind: Some("twilio"),
    url: None,
    account: Some("AC0123456789abcdef0123456789abcdef"),
    token: Some("hunter2"),
    from: Some("+44 7700 900120"),
};

#[test]
fn an_account_has_its_resources_and_never_prints_its_secret() {
    let Some(Gateway::Twilio(account)) = Gateway::parse(&TYPED).unwrap() else { panic!("no account") };
    let url = account.resource("Messages.json");
    let wanted =
        "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json";
    assert_eq!((url.as_str(), account.from.as_str()), (wanted, "+447700900120"));
    assert!(!format!("{account:?}").contains("hunter2"));
}

#[test]
fn what_is_missing_or_has_no_use_is_said() {
    let mistake = |typed: TypedGateway<'_>| Gateway::parse(&typed).unwrap_err();
    assert_eq!(mistake(TypedGateway { kind: Some("fax"), ..TYPED }), GatewayMistake::Kind);
    assert_eq!(mistake(TypedGateway { account: None, ..TYPED }), GatewayMistake::Account);
    assert_eq!(mistake(TypedGateway { account: Some("AC/../x"), ..TYPED }), GatewayMistake::Account);
    assert_eq!(mistake(TypedGateway { token: Some(" "), ..TYPED }), GatewayMistake::Token);
    assert_eq!(mistake(TypedGateway { from: Some("Postern"), ..TYPED }), GatewayMistake::From);
    assert_eq!(mistake(TypedGateway { url: Some("file:///etc"), ..TYPED }), GatewayMistake::Address);
    assert_eq!(
        mistake(TypedGateway { url: Some("http://sms.example.com"), ..TYPED }),
        GatewayMistake::Insecure
    );
    assert!(Gateway::parse(&TypedGateway { url: Some("http://[::1]:9"), ..TYPED }).is_ok());
    assert_eq!(mistake(TypedGateway { kind: None, ..TYPED }), GatewayMistake::NotWanted("gateway_account"));
    assert!(Gateway::parse(&TypedGateway::default()).unwrap().is_none());
}
