#![no_main]

postern_fuzz::reader!(Auth0);
