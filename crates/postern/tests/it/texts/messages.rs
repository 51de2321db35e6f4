//! The messages of `locales/en`, as they are written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// One message.
pub struct FluentMessage {
    pub file: String,
    pub id: String,
    pub arguments: BTreeSet<String>,
    /// What it says, once for each choice of a selector; an argument stands there as `{name}`.
    forms: Vec<String>,
}

/// Every message, in English.
pub fn all() -> Vec<FluentMessage> {
    of("en")
}

/// The messages of one language.
pub fn of(language: &str) -> Vec<FluentMessage> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.extend(parse(&name, &fs::read_to_string(&path).unwrap()));
    }
    found
}

/// The messages of one file, which has nothing else but comments.
pub fn parse(file: &str, text: &str) -> Vec<FluentMessage> {
    let resource = parser::parse(text).unwrap_or_else(|(_, errors)| panic!("{file}: {errors:?}"));
    let mut found = Vec::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                assert!(
                    message.attributes.is_empty(),
                    "{file}: nobody reads attributes of {}",
                    message.id.name
                );
                let (mut arguments, pattern) = (BTreeSet::new(), message.value.unwrap());
                let forms = forms(&pattern, &mut arguments);
                found.push(FluentMessage {
                    file: file.to_owned(),
                    id: message.id.name.to_owned(),
                    arguments,
                    forms,
                });
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            other => panic!("{file}: {other:?}"),
        }
    }
    found
}

fn forms(pattern: &Pattern<&str>, arguments: &mut BTreeSet<String>) -> Vec<String> {
    let mut found = vec![String::new()];
    for element in &pattern.elements {
        let ends = match element {
            PatternElement::TextElement { value } => vec![(*value).to_owned()],
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                vec![format!("{{{}}}", argument(inline, arguments))]
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                argument(selector, arguments);
                variants.iter().flat_map(|variant| forms(&variant.value, arguments)).collect()
            }
        };
        found = found.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}"))).collect();
    }
    found
}

fn argument(inline: &InlineExpression<&str>, arguments: &mut BTreeSet<String>) -> String {
    let InlineExpression::VariableReference { id } = inline else { panic!("no argument: {inline:?}") };
    arguments.insert(id.name.to_owned());
    id.name.to_owned()
}

impl FluentMessage {
    /// What it says, once for each choice.
    pub fn forms(&self) -> &[String] {
        &self.forms
    }

    /// Whether it holds tags.
    pub fn has_markup(&self) -> bool {
        self.forms.iter().any(|form| form.contains('<'))
    }

    /// The arguments that are addresses of links.
    pub fn links(&self) -> BTreeSet<String> {
        let in_form = |form: &String| -> Vec<String> {
            form.split("<a href=\"{").skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect()
        };
        self.forms.iter().flat_map(in_form).collect()
    }

    /// `<strong>`, `<em>` and `<a href="{ $name }">`, each with its end, one inside the other or beside it; nothing else.
    pub fn check_markup(&self) -> Result<(), String> {
        self.forms.iter().try_for_each(|form| check(form, &self.arguments))
    }
}

fn check(form: &str, arguments: &BTreeSet<String>) -> Result<(), String> {
    let mut open = Vec::new();
    for (n, piece) in form.split('<').enumerate() {
        let (tag, text) =
            if n == 0 { ("", piece) } else { piece.split_once('>').ok_or("a tag without an end")? };
        if text.contains(['>', '&']) {
            return Err(format!("{text:?} is neither text nor a tag"));
        }
        let is_link = |argument: &String| tag == format!("a href=\"{{{argument}}}\"");
        match tag {
            "" if n == 0 => {}
            "strong" | "em" => open.push(tag),
            "/strong" | "/em" | "/a" if open.pop() == tag.strip_prefix('/') => {}
            _ if arguments.iter().any(is_link) => open.push("a"),
            _ => return Err(format!("<{tag}>")),
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} does not end")) }
}
