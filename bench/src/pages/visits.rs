//! Which pages are asked for, by whom, and what is wanted of each.

use super::samples::{OPEN, SampleCase};
use super::{DESK_SESSION, FilledDesk, TOKEN};
use crate::page_times::{PageClient, PageTarget};
use crate::people::{CASE, FLOW, PASSWORD};
use crate::report::Report;
use crate::{Args, Outcome};

/// Of every page.
const ANY: PageTarget = PageTarget { p99: 100.0, busy: None };
/// Of those that are asked for most.
const COMMON: PageTarget = PageTarget { p99: 100.0, busy: Some(0.8) };
/// Of the list of people and its search.
const PEOPLE: PageTarget = PageTarget { p99: 20.0, busy: Some(0.8) };

/// The list of cases, however it is narrowed down, and the search.
const QUEUE: [(&str, &str, PageTarget); 19] = [
    ("queue", "/desk", COMMON),
    ("queue, mine", "/desk?who=me", COMMON),
    ("queue, nobody's", "/desk?who=nobody", COMMON),
    ("queue, for seniors", "/desk?escalated=yes", COMMON),
    ("queue, strangers", "/desk?list=strangers", COMMON),
    ("queue, closed", "/desk?list=closed", COMMON),
    ("queue, closed, refused", "/desk?list=closed&outcome=refused", ANY),
    ("queue, newest", "/desk?sort=newest", ANY),
    ("queue, riskiest", "/desk?sort=risk", ANY),
    ("queue, for the desk", "/desk?step=desk", ANY),
    ("queue, contested", "/desk?step=contested", ANY),
    ("queue, of a tier", "/desk?tier=privileged", ANY),
    ("queue, of a risk", "/desk?risk=1", ANY),
    ("queue, search: a reference", "/desk?q=C-77", ANY),
    ("queue, search: a login", "/desk?q=login7770", ANY),
    ("queue, search: the beginning of logins", "/desk?q=login7", ANY),
    ("queue, search: a first name", "/desk?q=grete", ANY),
    ("queue, search: two common names", "/desk?q=ana+bjorn", ANY),
    ("queue, search: nobody", "/desk?q=zzyzx", ANY),
];

/// The rest of the desk.
const DESK: [(&str, &str, PageTarget); 27] = [
    ("home", "/desk/home", COMMON),
    ("search: a name", "/desk/search?q=grete", ANY),
    ("search: nothing", "/desk/search?q=zzyzx", ANY),
    ("people", "/desk/people", PEOPLE),
    ("people, search: a first name", "/desk/people?q=grete", PEOPLE),
    ("people, search: two common names", "/desk/people?q=ana+bjorn", PEOPLE),
    ("people, search: nobody", "/desk/people?q=zzyzx", PEOPLE),
    ("add a person", "/desk/people/new", ANY),
    ("import people", "/desk/people/import", ANY),
    ("incidents", "/desk/incidents", ANY),
    ("incidents, closed", "/desk/incidents?closed=true", ANY),
    ("incidents, of a severity", "/desk/incidents?severity=incident", ANY),
    ("audit", "/desk/audit", ANY),
    ("audit, an event", "/desk/audit?event=session.ended", ANY),
    ("audit, an event that never was", "/desk/audit?event=tenant.suspended", ANY),
    ("audit, a person", "/desk/audit?person=login33333", ANY),
    ("set-up", "/desk/set-up", ANY),
    ("tokens", "/desk/tokens", ANY),
    ("jobs", "/desk/jobs", ANY),
    ("imports", "/desk/imports", ANY),
    ("runbook", "/desk/runbook", ANY),
    ("power grants", "/desk/power-grants", ANY),
    ("passkeys", "/desk/passkeys", ANY),
    ("the API's reference", "/api", ANY),
    ("the API's description", "/api/openapi.json", ANY),
    ("account, admin", "/account", COMMON),
    ("API: search", "/api/v1/search?q=grete", ANY),
];

/// Pages that anybody can open.
const OPEN_PAGES: [(&str, &str, PageTarget); 5] = [
    ("sign-in", "/sign-in", COMMON),
    ("recover", "/recover", COMMON),
    ("join a case", "/recover/join", ANY),
    ("not me", "/not-me", ANY),
    ("set-up code", "/set-up", ANY),
];

/// What programs ask for, and pages beside themselves.
const API: [(&str, &str, PageTarget); 8] = [
    ("API: cases", "/api/v1/cases", ANY),
    ("API: cases, of a reference", "/api/v1/cases?q=C-7777", COMMON),
    ("API: people", "/api/v1/people", COMMON),
    ("API: people, search", "/api/v1/people?q=grete", COMMON),
    ("API: home", "/api/v1/home", ANY),
    ("API: findings", "/api/v1/findings", ANY),
    ("API: imports", "/api/v1/sign-ins/imports", ANY),
    ("API: audit", "/api/v1/audit", ANY),
];

/// Visits all of them.
pub async fn visit_all(
    args: &Args,
    client: &mut PageClient,
    filled: &FilledDesk,
    report: &mut Report,
) -> Outcome<()> {
    for (name, path, target) in OPEN_PAGES {
        client.measure(args, (name, path), target, report).await?;
    }
    visit_as_claimants(args, client, filled, report).await?;
    client.sign_in(DESK_SESSION);
    for (name, path, target) in QUEUE.into_iter().chain(DESK) {
        client.measure(args, (name, path), target, report).await?;
    }
    for (name, first) in [
        ("queue, 20th page", "/desk"),
        ("queue, closed, 20th page", "/desk?list=closed"),
        ("people, 40th page", "/desk/people"),
        ("audit, 20th page", "/desk/audit"),
    ] {
        let path = client.nth_page(first, if first == "/desk/people" { 40 } else { 20 }).await?;
        client.measure(args, (name, &path), ANY, report).await?;
    }
    visit_cases(args, client, filled, report).await?;
    visit_people(args, client, filled, report).await?;
    client.send_token(TOKEN);
    let person = format!("/api/v1/people/{}", filled.person);
    let diagnosis = format!("{person}/diagnosis");
    for (name, path, target) in API
        .into_iter()
        .chain([("API: a person", person.as_str(), COMMON), ("API: a diagnosis", diagnosis.as_str(), ANY)])
    {
        client.measure(args, (name, path), target, report).await?;
    }
    Ok(())
}

/// Claimants, somebody in the middle of a sign-in, a person at their account and a manager.
async fn visit_as_claimants(
    args: &Args,
    client: &mut PageClient,
    filled: &FilledDesk,
    report: &mut Report,
) -> Outcome<()> {
    for sample in open(filled) {
        client.send_cookie(CASE, &sample.page);
        let name = format!("claimant page, case {}", sample.name);
        client.measure(args, (&name, "/recover/case"), COMMON, report).await?;
    }
    let somebody = filled.people.last().ok_or("nobody")?;
    let form = [("login", somebody.login.as_str()), ("password", PASSWORD)];
    let answer = client.post("/sign-in", &form).await?;
    client.send_cookie(FLOW, answer.cookie(FLOW).ok_or("the password did not do")?);
    for (name, path) in [("second step", "/sign-in/second-step"), ("recovery options", "/recover/options")] {
        client.measure(args, (name, path), COMMON, report).await?;
    }
    for (name, session) in [("account", "somebody"), ("account, manager", "leader")] {
        client.sign_in(session);
        client.measure(args, (name, "/account"), COMMON, report).await?;
    }
    client.sign_out();
    Ok(())
}

/// A case of each kind, and the pages of its steps.
async fn visit_cases(
    args: &Args,
    client: &mut PageClient,
    filled: &FilledDesk,
    report: &mut Report,
) -> Outcome<()> {
    for sample in &filled.samples {
        let path = format!("/desk/cases/{}", sample.id);
        client.measure(args, (&format!("case {}", sample.name), &path), COMMON, report).await?;
    }
    for (name, step) in [
        ("ready", "apply-remedy"),
        ("that wants another yes", "approve"),
        ("fresh", "refuse"),
        ("fresh", "escalate"),
        ("fresh", "hand-over"),
    ] {
        let sample = open(filled).find(|sample| sample.name == name).ok_or("no such case")?;
        let path = format!("/desk/cases/{}/{step}", sample.id);
        client.measure(args, (&format!("case {name}: {step}"), &path), ANY, report).await?;
    }
    Ok(())
}

/// Somebody's page and what stands behind it, and an incident.
async fn visit_people(
    args: &Args,
    client: &mut PageClient,
    filled: &FilledDesk,
    report: &mut Report,
) -> Outcome<()> {
    let person = format!("/desk/people/{}", filled.person);
    for (name, step, target) in [
        ("person", "", COMMON),
        ("person: edit", "/edit", ANY),
        ("person: open a case", "/open-case", ANY),
        ("person: end sessions", "/end-sessions", ANY),
        ("person: add a contact", "/contacts/new", ANY),
    ] {
        client.measure(args, (name, &format!("{person}{step}")), target, report).await?;
    }
    let incidents = client.get("/desk/incidents").await?;
    let incident = incidents.split("href=\"/desk/incidents/").nth(1).and_then(|rest| rest.split('"').next());
    let path = format!("/desk/incidents/{}", incident.ok_or("no incident")?);
    client.measure(args, ("incident", &path), ANY, report).await
}

fn open(filled: &FilledDesk) -> impl Iterator<Item = &SampleCase> {
    filled.samples.iter().filter(|sample| OPEN.contains(&sample.name))
}
