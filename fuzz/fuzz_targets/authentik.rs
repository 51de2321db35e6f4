#![no_main]

postern_fuzz::reader!(Authentik);
