//! Why a person cannot sign in, from the records of the last weeks: our own and those of other providers.
