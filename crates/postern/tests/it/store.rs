//! What the store promises to everybody who uses it.

mod end_access;
mod ends;
mod persons;
mod readers;
