#![no_main]

postern_fuzz::reader!(M365);
