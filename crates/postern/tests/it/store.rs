//! What the store promises to everybody who uses it.

mod ends;
