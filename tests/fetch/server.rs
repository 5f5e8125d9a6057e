//! A server on the loopback that does what a test tells it to, down to single bytes.
//!
//! Each connection has a thread, which reads requests and hands them to the test's closure together with the raw
//! stream. Everything ends by itself: reading and writing stop after [`PATIENCE`], endless answers after
//! [`ENDLESS_BYTES`], and the listener when the server is dropped.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any client of these tests waits.
const PATIENCE: Duration = Duration::from_secs(20);
/// No answer is longer than this.
pub(crate) const ENDLESS_BYTES: u64 = 1 << 30;
/// A page that is a document.
pub(crate) const PAGE: &str = "<html><head><title>云溪县2023年工作报告</title></head><body><h1>云溪县2023年工作报告</h1>\
    <p>全年办理提案286件，办复率达98.5%。各项工作取得新的进展，群众满意度继续提高。</p></body></html>";

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Path and query.
    pub(crate) path: String,
    /// Request line and headers.
    pub(crate) head: String,
    /// The how manieth request of this path it is, from 1.
    pub(crate) nth: usize,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Anything that bytes go through: TCP, or TLS over it.
pub(crate) trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A connection, from the server's side.
pub(crate) struct Conn {
    stream: Box<dyn Stream>,
    tcp: TcpStream,
    keep: bool,
}

impl Conn {
    /// Sends bytes as they are; whether the client still takes them.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Sends an answer with these headers (each with its line end) and its Content-Length.
    pub(crate) fn answer(&mut self, status: &str, headers: &str, body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        self.keep = self.send([head.as_bytes(), body].concat());
    }

    /// Answers 200 with HTML.
    pub(crate) fn html(&mut self, html: impl AsRef<[u8]>) {
        self.answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n", html);
    }

    /// Answers that there is no such page.
    pub(crate) fn missing(&mut self) {
        self.answer("404 Not Found", "Content-Type: text/html\r\n", "");
    }

    /// Answers with a redirect.
    pub(crate) fn redirect(&mut self, to: &str) {
        self.answer("302 Found", &format!("Location: {to}\r\n"), "");
    }

    /// Sends the same bytes again and again until the client has enough.
    pub(crate) fn send_for_ever(&mut self, piece: &[u8]) {
        let (mut n, began) = (0, Instant::now());
        while n < ENDLESS_BYTES && began.elapsed() < PATIENCE && self.send(piece) {
            n += piece.len() as u64;
        }
    }

    /// Sends a piece after each pause until the client has enough.
    pub(crate) fn trickle(&mut self, piece: &[u8], pause: Duration) {
        let began = Instant::now();
        while began.elapsed() < PATIENCE && self.send(piece) {
            thread::sleep(pause);
        }
    }

    /// Says nothing until the client goes away.
    pub(crate) fn be_silent(&mut self) {
        let _ = self.stream.read(&mut [0; 1]);
    }

    /// Breaks the connection: the client gets a reset, not an end.
    pub(crate) fn reset(&mut self) {
        self.keep = false;
        if let Ok(tcp) = self.tcp.try_clone() {
            let _ = tokio::net::TcpSocket::from_std_stream(tcp).set_zero_linger();
        }
    }

    /// Ends the connection after this answer, whatever was sent.
    pub(crate) fn close(&mut self) {
        self.keep = false;
    }

    /// Goes on with the connection though the answer was sent by hand.
    pub(crate) fn keep(&mut self) {
        self.keep = true;
    }

    /// Reads one request's head.
    fn request(&mut self) -> Option<(String, String)> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && head.len() < 1 << 16 {
            if self.stream.read(&mut byte).ok()? == 0 {
                return None;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1)?.to_owned();
        Some((path, head))
    }
}

/// What is done with a TCP connection before it is read.
type Wrap = dyn Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync;
type Serve = dyn Fn(&Request, &mut Conn) + Send + Sync;

/// A server; it stops listening when dropped.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    n_connections: Arc<Mutex<usize>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// A server that hands each request to `serve`. It answers `/robots.txt` with 404 itself.
    pub(crate) fn start(serve: impl Fn(&Request, &mut Conn) + Send + Sync + 'static) -> Self {
        Self::with_robots(move |request, conn| match request.path.as_str() {
            "/robots.txt" => conn.missing(),
            _ => serve(request, conn),
        })
    }

    /// The same with the test's own answer for `/robots.txt`.
    pub(crate) fn with_robots(serve: impl Fn(&Request, &mut Conn) + Send + Sync + 'static) -> Self {
        Self::over(|tcp| Some(Box::new(tcp)), serve)
    }

    /// The same over another transport; `wrap` may do with the connection what it likes.
    pub(crate) fn over(
        wrap: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
        serve: impl Fn(&Request, &mut Conn) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            n_connections: Arc::default(),
            stop: Arc::default(),
        };
        let (seen, n, stop) =
            (server.seen.clone(), server.n_connections.clone(), server.stop.clone());
        let (wrap, serve): (Arc<Wrap>, Arc<Serve>) = (Arc::new(wrap), Arc::new(serve));
        thread::spawn(move || {
            for tcp in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(tcp) = tcp else { continue };
                *n.lock().unwrap() += 1;
                let (wrap, serve, seen) = (wrap.clone(), serve.clone(), seen.clone());
                thread::spawn(move || connection(tcp, &*wrap, &*serve, &seen));
            }
        });
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The whole address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far, but for those of robots.txt.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|r| r.path != "/robots.txt").cloned().collect()
    }

    /// The paths asked for so far, sorted, but for robots.txt.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.requests().into_iter().map(|r| r.path).collect();
        paths.sort();
        paths
    }

    /// Connections so far.
    pub(crate) fn n_connections(&self) -> usize {
        *self.n_connections.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

fn connection(tcp: TcpStream, wrap: &Wrap, serve: &Serve, seen: &Mutex<Vec<Request>>) {
    let timeouts = |tcp: &TcpStream| -> io::Result<TcpStream> {
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        tcp.set_write_timeout(Some(PATIENCE))?;
        tcp.try_clone()
    };
    let Ok(clone) = timeouts(&tcp) else { return };
    let Some(stream) = wrap(tcp) else { return };
    let mut conn = Conn { stream, tcp: clone, keep: true };
    while std::mem::take(&mut conn.keep) {
        let Some((path, head)) = conn.request() else { return };
        let request = {
            let mut seen = seen.lock().unwrap();
            let nth = seen.iter().filter(|r| r.path == path).count() + 1;
            seen.push(Request { path, head, nth });
            seen[seen.len() - 1].clone()
        };
        serve(&request, &mut conn);
    }
}
