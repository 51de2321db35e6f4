//! One test, two databases.

/// Makes of `async fn name(db) { … }` the two tests `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($db:ident) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;
            use crate::test_app::Database;

            async fn test($db: Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                test(Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                if Database::has_postgres(stringify!($name)) {
                    test(Database::Postgres).await;
                }
            }
        }
    )+};
}

pub(crate) use on_both;
