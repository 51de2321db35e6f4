//! Which signatures are looked at.
//!
//! The crate checks every one that stands in an answer, wherever, and follows what it refers to, a file of this machine or transforms
//! of the sender's choice, before it looks at the signature itself. So what has any but plain ones is refused before.

use saml_rs::xml::dom::Node;

use super::no_proof;
use crate::identity_provider::ProviderError;

/// What a signature may be made of: nothing that leads elsewhere, and nothing that runs.
const PARTS: [&str; 19] = [
    "SignedInfo",
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
    "Transforms",
    "Transform",
    "InclusiveNamespaces",
    "DigestMethod",
    "DigestValue",
    "SignatureValue",
    "KeyInfo",
    "KeyName",
    "KeyValue",
    "RSAKeyValue",
    "Modulus",
    "Exponent",
    "X509Data",
    "X509Certificate",
    "X509SubjectName",
];

const TRANSFORMS: [&str; 2] =
    ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2001/10/xml-exc-c14n#"];

/// One in the answer at most and one in each of its assertions, each of one element of the answer.
pub(super) fn expect_plain_signatures(root: &Node) -> Result<(), ProviderError> {
    let assertions = root.children.iter().filter(|child| child.local_name == "Assertion");
    let mut plain = 0;
    for holder in std::iter::once(root).chain(assertions) {
        let own: Vec<&Node> = holder.children.iter().filter(|child| is_signature(child)).collect();
        if own.len() > 1 || !own.iter().all(|signature| is_plain(signature)) {
            return Err(no_proof("a signature in it is not plain"));
        }
        plain += own.len();
    }
    if signatures_in(root) == plain { Ok(()) } else { Err(no_proof("a signature in it is not plain")) }
}

fn is_signature(node: &Node) -> bool {
    node.local_name == "Signature"
}

fn signatures_in(node: &Node) -> usize {
    usize::from(is_signature(node)) + node.children.iter().map(signatures_in).sum::<usize>()
}

fn is_plain(signature: &Node) -> bool {
    let mut references = 0;
    let mut transforms = 0;
    let mut rest: Vec<&Node> = signature.children.iter().collect();
    while let Some(node) = rest.pop() {
        references += usize::from(node.local_name == "Reference");
        transforms += usize::from(node.local_name == "Transform");
        if !PARTS.contains(&node.local_name.as_str()) || !refers_inside(node) || !is_known_transform(node) {
            return false;
        }
        rest.extend(&node.children);
    }
    references == 1 && transforms <= TRANSFORMS.len()
}

/// A reference names an element of the answer, and nothing else names anything.
fn refers_inside(node: &Node) -> bool {
    let uris: Vec<&str> = node
        .attrs
        .iter()
        .filter(|(name, _)| name.rsplit(':').next().is_some_and(|name| name.eq_ignore_ascii_case("uri")))
        .map(|(_, value)| value.as_str())
        .collect();
    if node.local_name == "Reference" {
        matches!(uris[..], [uri] if uri.len() > 1 && uri.starts_with('#'))
    } else {
        uris.is_empty()
    }
}

fn is_known_transform(node: &Node) -> bool {
    node.local_name != "Transform" || node.attr("Algorithm").is_some_and(|name| TRANSFORMS.contains(&name))
}
