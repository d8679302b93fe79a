//! Taking a file of the report away, from My report and from a question for files.

use std::sync::Arc;

use axum::body::Body;
use hyper::{Response, StatusCode};

use super::upload::Trouble;
use super::views::Told;
use super::{Visit, acts};
use crate::receiver::form_route::FormRoute;
use crate::receiver::portal::Application;

impl Application {
    /// Removes a file, and shows the report without it.
    pub(super) async fn remove_file(
        &self,
        route: &FormRoute,
        visit: Visit,
        id: &str,
    ) -> Response<Body> {
        let (status, told) = match self.remove(&visit, id).await {
            Ok(()) => (
                StatusCode::OK,
                Told {
                    done: Some("remove_file"),
                    ..Told::default()
                },
            ),
            Err((status, problem)) => (
                status,
                Told {
                    problem: Some(problem),
                    ..Told::default()
                },
            ),
        };
        self.show_again(route, visit, status, told).await
    }

    /// Removes a file of the reporter; one that is gone already is no mistake.
    ///
    /// # Errors
    ///
    /// Returns the status, and the reason for `follow.problem.<reason>`.
    pub(super) async fn remove(
        &self,
        visit: &Visit,
        id: &str,
    ) -> Result<(), (StatusCode, &'static str)> {
        let Some(id) = acts::code(id) else {
            return Ok(());
        };
        let store = Arc::clone(&self.store);
        let opened = visit.opened.clone();
        match self
            .stored(move || store.remove_files(&opened, &[id]))
            .await
        {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(self.problem(&Trouble::Record(error))),
            None => Err((StatusCode::SERVICE_UNAVAILABLE, "unsure")),
        }
    }
}
