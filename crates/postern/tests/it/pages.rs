//! Every page in every state that has its own words, through the real templates and the real layout, for everybody whose menu is another
//! one. Which states those are is in `pages/samples.rs`; that none is forgotten, the branches of the templates tell.

mod branches;
mod files;
mod html;
pub mod samples;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{Value, context};
use postern::actions::Caller;
use postern::pages::Pages;
use postern::scope::Scope;
use postern::texts::Language;
use postern::web::toast::Toast;

use self::files::PageFiles;
use self::samples::{LONG, PageSample, SeenBy};
use crate::on_both::on_both;
use crate::places::GeoipFiles;
use crate::test_app::TestApp;

/// Somebody who looks.
struct Viewer {
    word: &'static str,
    caller: Option<Caller>,
}

async fn viewers(app: &TestApp) -> Vec<Viewer> {
    let mut viewers = vec![Viewer { word: "nobody", caller: None }];
    for (word, login) in
        [("person", "ana"), ("auditor", "otto"), ("agent", "ben"), ("senior", "sol"), ("admin", "ada")]
    {
        viewers.push(Viewer { word, caller: Some(app.caller(login).await) });
    }
    viewers
}

fn sees(seen_by: SeenBy, viewer: &str) -> bool {
    match seen_by {
        SeenBy::Nobody => viewer == "nobody",
        SeenBy::Owner => ["person", "agent", "admin"].contains(&viewer),
        SeenBy::Desk => ["auditor", "agent", "senior", "admin"].contains(&viewer),
        SeenBy::Admins => viewer == "admin",
        SeenBy::Anybody => ["nobody", "person", "agent", "admin"].contains(&viewer),
    }
}

/// What the templates are given, once as it is and once with everything that can stand on any page.
fn frames(sample: &PageSample, scope: &Scope, viewer: &Viewer) -> [(&'static str, Value); 2] {
    let plain = (sample.given)(scope, viewer.caller.as_ref());
    let toast = if viewer.word == "admin" { Toast::CaseOpened } else { Toast::Vouched };
    let who = viewer.caller.as_ref().map(|caller| {
        let (is_staff, role) = (caller.person.role.is_staff(), caller.person.role.as_str());
        context! {
            name => LONG, login => caller.person.login.clone(), role, is_staff,
            session_seconds_left => 600, reads_audit => is_staff, is_admin => role == "admin",
            unknown_proxy => "192.0.2.7", audit_refuses => is_staff,
            messages_wait_since => is_staff.then_some(1_772_443_800_000_000_i64),
            dead_jobs => 3, waiting_cases => 12, open_incidents => 7,
        }
    });
    let path = if viewer.word == "admin" { "/account/backup-codes" } else { "/desk/cases/new" };
    let toast = Value::from(Serde(toast.text()));
    let loud = context! { who, path, toast, desk_line => LONG, ..plain.clone() };
    [("", plain), ("-loud", loud)]
}

/// Every page that there is, with what it is called.
fn each_page(app: &TestApp, viewers: &[Viewer], mut look: impl FnMut(&PageSample, &str, Value)) {
    let scope = app.scope();
    for sample in samples::all() {
        for viewer in viewers.iter().filter(|viewer| sees(sample.seen_by, viewer.word)) {
            for (frame, given) in frames(&sample, &scope, viewer) {
                let template = sample.template.trim_end_matches(".html").replace('/', "-");
                look(&sample, &format!("{template}--{}--{}{frame}", sample.name, viewer.word), given);
            }
        }
    }
}

on_both! {
    async fn every_page_with_every_sample(db) {
        let app = TestApp::start(db).await;
        let viewers = viewers(&app).await;
        let (mut wrong, mut drawn) = (Vec::new(), 0);
        let mut files = PageFiles::asked_for();
        each_page(&app, &viewers, |sample, name, given| {
            match app.app().pages.render(sample.template, given) {
                Ok(html) => {
                    wrong.extend(html::problems(&html).into_iter().map(|problem| format!("{name}: {problem}")));
                    if let Some(files) = &mut files {
                        files.write(&format!("{name}.html"), &html);
                    }
                }
                Err(error) => wrong.push(format!("{name}: {error:#}")),
            }
            drawn += 1;
        });
        files.into_iter().for_each(PageFiles::finish);
        assert!(wrong.is_empty(), "{} problems on {drawn} pages:\n{}", wrong.len(), wrong.join("\n"));
        assert!(drawn > 500, "only {drawn} pages");
    }

    async fn signing_out_is_on_each_page_of_whoever_is_signed_in(db) {
        let app = TestApp::start(db).await;
        let (mut without, mut drawn) = (Vec::new(), 0);
        each_page(&app, &viewers(&app).await, |sample, name, given| {
            let is_signed_in = !given.get_attr("who").unwrap().is_none();
            let html = app.app().pages.render(sample.template, given).unwrap();
            let way_out = html.split("<form ").find(|form| form.starts_with("method=\"post\" action=\"/sign-out\">"));
            if way_out.is_some_and(|form| form.contains("<button")) != is_signed_in {
                without.push(name.to_owned());
            }
            drawn += usize::from(is_signed_in);
        });
        assert!(without.is_empty(), "{without:?}");
        assert!(drawn > 400, "only {drawn} pages");
    }

    /// Each page where something is added that can be stolen says how to guard it, and what to do when it is gone.
    async fn where_a_factor_is_added_it_is_said_how_to_guard_it(db) {
        let app = TestApp::start(db).await;
        let guarded = [
            ("account/overview.html", "Whoever can unlock the device can use its passkey"),
            ("account/add_totp.html", "show its codes to nobody"),
            ("account/add_push.html", "let nobody else use it unlocked"),
            ("account/push_link.html", "let nobody else use it unlocked"),
            ("account/add_hardware_token.html", "write no password on it"),
            ("account/add_sent_code.html", "your mailbox behind a second step of its own"),
            ("signin/enrol.html", "Whoever can unlock the device can use its passkey"),
            ("signin/enrol_code_app.html", "show its codes to nobody"),
            // Backup codes are paper: whoever has lost some makes new ones.
            ("account/backup_codes_shown.html", "keep them where you keep your passport"),
            ("signin/codes.html", "Paper in a drawer is good"),
        ];
        let (mut without, mut drawn) = (Vec::new(), BTreeSet::new());
        each_page(&app, &viewers(&app).await, |sample, name, given| {
            let Some((template, said)) = guarded.iter().find(|(template, _)| *template == sample.template) else { return };
            let html = app.app().pages.render(sample.template, given).unwrap();
            let is_paper = said.contains("passport") || said.contains("Paper");
            if !html.contains(said) || !(is_paper || html.contains("If it is lost or stolen, remove it on your account page")) {
                without.push(name.to_owned());
            }
            drawn.insert(*template);
        });
        assert!(without.is_empty(), "{without:?}");
        assert_eq!(drawn.len(), guarded.len(), "{drawn:?}");
    }

    async fn every_branch_of_every_template_is_in_some_sample(db) {
        let app = TestApp::start(db).await;
        let viewers = viewers(&app).await;
        let edit = |name: &str, text: String| branches::marked(name, &text);
        let places = GeoipFiles::new("branches").places().into();
        let marked = Pages::load_edited(true, Language::English, &places, edit).unwrap();
        let mut unseen = branches::all();
        each_page(&app, &viewers, |sample, name, given| {
            let html = marked.render(sample.template, given).unwrap_or_else(|error| panic!("{name}: {error:#}"));
            for mark in branches::marks(&html) {
                unseen.remove(mark);
            }
        });
        assert!(unseen.is_empty(), "branches that no sample draws, as template:line:column: {unseen:#?}");
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// As the templates name each other.
fn template_names() -> Vec<String> {
    let name = |path: PathBuf| path.strip_prefix(folder("templates")).unwrap().to_str().unwrap().to_owned();
    files_in(&folder("templates")).into_iter().map(name).collect()
}

/// What a template is made from: what it extends, imports and includes.
fn parts_of(template: &str) -> Vec<String> {
    let text = fs::read_to_string(folder("templates").join(template)).unwrap();
    let words = ["{% extends \"", "{% import \"", "{% include \"", "{% from \""];
    let named = words.iter().flat_map(|word| text.split(word).skip(1));
    named.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Whoever adds a template adds the page that it is of, with its samples.
#[test]
fn every_template_is_of_a_page_that_has_samples() {
    let mut covered: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = samples::all().iter().map(|sample| sample.template.to_owned()).collect();
    while let Some(template) = next.pop() {
        if covered.insert(template.clone()) {
            next.extend(parts_of(&template));
        }
    }
    // No organisation is known where it is sent: it is a file and no template.
    covered.insert("nobody_here.html".to_owned());
    // Of every page: the words of its scripts, made once at the start.
    covered.insert("words.html".to_owned());
    let left: Vec<String> = template_names().into_iter().filter(|name| !covered.contains(name)).collect();
    assert!(left.is_empty(), "templates without samples: {left:?}");
    let plain = fs::read_to_string(folder("templates/nobody_here.html")).unwrap();
    assert_eq!(html::problems(&plain), Vec::<String>::new());
}

/// A page is its view: nothing else goes to a template.
#[test]
fn every_view_has_samples() {
    let sampled: BTreeSet<&str> = samples::all().iter().map(|sample| sample.view).collect();
    let mut views = BTreeSet::new();
    for file in files_in(&folder("src")) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            !text.contains("pages.render(") || file.ends_with("web/page.rs"),
            "{}: pages are drawn by web/page.rs",
            file.display()
        );
        for rest in text.split("impl PageView for ").skip(1) {
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            views.insert(name.to_owned());
        }
    }
    let views: BTreeSet<&str> = views.iter().map(String::as_str).collect();
    assert_eq!(views, sampled, "views, and those that have samples");
    assert!(views.len() > 50, "{}", views.len());
}
