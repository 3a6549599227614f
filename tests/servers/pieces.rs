//! A body that is sent piece by piece. (That of http-body-util ends early if its sender goes at the wrong moment.)

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Where the pieces are put in. One that is gone is the end.
pub type Pieces = Sender<Result<Frame<Bytes>, io::Error>>;

/// The body of them.
pub struct Sent(Receiver<Result<Frame<Bytes>, io::Error>>);

/// Both ends.
pub fn pieces() -> (Pieces, Sent) {
    let (sender, receiver) = channel(1);
    (sender, Sent(receiver))
}

/// A piece that is data.
pub fn data(bytes: &[u8]) -> Result<Frame<Bytes>, io::Error> {
    Ok(Frame::data(Bytes::copy_from_slice(bytes)))
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.get_mut().0.poll_recv(context)
    }
}
