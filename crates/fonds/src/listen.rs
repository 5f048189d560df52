//! One listener: connections of HTTP/1.1, each with a small buffer, and their end at a stop.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{Service, ServiceExt as _};

/// What a connection reads ahead at the most. hyper's own bound is 400 KiB, which 64 uploads at once make 50 MB of; a head
/// has to fit as well.
const BUFFER: usize = 128 * 1024;
/// How long a head may take, and a connection be kept open for the next one: longer than a proxy before us keeps its own.
const HEAD: Duration = Duration::from_secs(75);
/// The pause where no connection can be taken: too many files are open.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until told to stop, then until the requests under way are answered.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let connections = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer, router.clone(), stop.clone()));
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                let _ = stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, stop: CancellationToken) {
    let service = router.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(Body::new)
    });
    serve_one(stream, service, stop).await;
}

async fn serve_one<S>(stream: TcpStream, service: S, stop: CancellationToken)
where
    S: Service<hyper::Request<Incoming>, Response = axum::response::Response, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    let serving = http1::Builder::new()
        .max_buf_size(BUFFER)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut serving = pin!(serving);
    // What a peer does to its line is no matter of ours.
    if let Some(_ended) = stop.run_until_cancelled(serving.as_mut()).await {
        return;
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}

/// The peer has gone before it was taken.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
