use postern::actions::ActionError;
use postern::actions::remove_view::remove_view;
use postern::actions::save_view::{MOST, save_view};
use postern::case_query::CaseQuery;
use postern::store::saved_views;
use serde_json::json;

use super::{assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::test_app::TestApp;

impl TestApp {
    async fn keep_view(&self, who: &str, name: &str, query: &str) -> Result<(), ActionError> {
        save_view(&self.scope(), &self.caller(who).await, name, &CaseQuery::read(query)).await
    }

    async fn views_of(&self, who: &str) -> Vec<(String, String)> {
        let id = self.person(who).await.id;
        let rows = saved_views::list_of(&self.db, &self.tenant, &id).await.unwrap();
        rows.into_iter().map(|row| (row.name, row.query)).collect()
    }
}

on_both! {
    async fn a_view_is_kept_replaced_and_removed_by_whose_it_is(db) {
        let app = TestApp::start(db).await;
        app.keep_view("ben", " Old and risky ", "risk=1&who=nobody&after=0.1.x&q=secret&go=https://evil.example").await.unwrap();
        assert_eq!(app.views_of("ben").await, [("Old and risky".to_owned(), "risk=1&who=nobody".to_owned())]);
        let event = &app.events("user.view_saved").await[0]["detail"];
        assert_eq!(*event, json!({ "name": "Old and risky", "query": "risk=1&who=nobody" }));
        app.keep_view("ben", "Old and risky", "who=me").await.unwrap();
        app.keep_view("bea", "Old and risky", "tier=privileged").await.unwrap();
        assert_eq!(app.views_of("ben").await, [("Old and risky".to_owned(), "who=me".to_owned())]);
        remove_view(&app.scope(), &app.caller("ben").await, "Old and risky").await.unwrap();
        assert!(app.views_of("ben").await.is_empty());
        assert_eq!(app.views_of("bea").await.len(), 1, "hers is hers");
        assert_refused(remove_view(&app.scope(), &app.caller("ben").await, "Old and risky").await, "no view of that name");
        assert_eq!(app.events("user.view_removed").await.len(), 1);
    }

    async fn what_no_list_can_show_is_not_kept(db) {
        let app = TestApp::start(db).await;
        for name in ["", "  ", "Forty-one characters are one too many, no", "hid\u{202e}den"] {
            assert_invalid(app.keep_view("ben", name, "who=me").await, "name");
        }
        for query in ["step=sideways", "tier=emperors", "risk=lots", "list=everybody", "list=closed&tier=standard", "sort=up"] {
            assert_invalid(app.keep_view("ben", "A view", query).await, "query");
        }
        assert!(matches!(app.keep_view("ana", "A view", "who=me").await, Err(ActionError::Denied(_))));
        for n in 0..MOST {
            app.keep_view("ben", &format!("View {n}"), "who=me").await.unwrap();
        }
        assert_invalid(app.keep_view("ben", "One more", "who=me").await, "name");
        app.keep_view("ben", "View 0", "who=nobody").await.unwrap();
        assert_eq!(app.views_of("ben").await.len(), 20);
    }
}
