//! An answer that is sent while it is made: it is never whole in memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::sync::mpsc::Receiver;

use crate::store::StoreError;

/// Parts as they come. If one is an error, the answer breaks off, so that nobody takes a part for the whole.
pub struct ChannelBody {
    parts: Receiver<Result<Bytes, StoreError>>,
}

impl ChannelBody {
    /// The body of an answer.
    pub fn of(parts: Receiver<Result<Bytes, StoreError>>) -> Body {
        Body::new(Self { parts })
    }
}

impl hyper::body::Body for ChannelBody {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let part = self.get_mut().parts.poll_recv(context);
        part.map(|part| part.map(|read| read.map(Frame::data)))
    }
}
