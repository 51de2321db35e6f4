//! Just enough of HTTP/1.1 to be a browser, a program and an attacker: one connection, from an address of one's choice.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::Outcome;

/// An answer that takes longer is no answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the bench's organisation is served, whatever port its server has.
const HOST: &str = "localhost:8787";

/// A connection that stays open between requests.
pub struct Connection {
    stream: TcpStream,
}

/// An answer: what the bench looks at.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What it says.
    pub body: String,
    head: String,
}

impl Answer {
    /// The value of a cookie that it sets.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let set = format!("{name}=");
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let value = lines.find_map(|(key, value)| {
            key.eq_ignore_ascii_case("set-cookie").then(|| value.strip_prefix(&set)).flatten()
        })?;
        value.split(';').next()
    }

    fn length(&self) -> usize {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find_map(|(key, value)| {
                key.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            })
            .unwrap_or(0)
    }
}

impl Connection {
    /// Connects from one of this machine's addresses.
    pub async fn open(from: &str, server: SocketAddr) -> Outcome<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(format!("{from}:0").parse()?)?;
        let stream = tokio::time::timeout(PATIENCE, socket.connect(server)).await??;
        stream.set_nodelay(true)?;
        Ok(Self { stream })
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.get_with(path, "").await
    }

    /// Asks for a page, with cookies.
    pub async fn get_with(&mut self, path: &str, cookies: &str) -> Outcome<Answer> {
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {cookies}\r\n") };
        self.get_with_headers(path, &cookies).await
    }

    /// Asks for a page, with lines of the head, each with its end.
    pub async fn get_with_headers(&mut self, path: &str, headers: &str) -> Outcome<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: {HOST}\r\n{headers}\r\n")).await
    }

    /// Sends a form, with cookies as a page of ours would, or with none.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)], cookies: &str) -> Outcome<Answer> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {cookies}\r\n") };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {HOST}\r\norigin: http://{HOST}\r\n{cookies}content-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(&(head + &body)).await
    }

    async fn send(&mut self, request: &str) -> Outcome<Answer> {
        tokio::time::timeout(PATIENCE, async {
            self.stream.write_all(request.as_bytes()).await?;
            self.read().await
        })
        .await?
    }

    async fn read(&mut self) -> Outcome<Answer> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if self.stream.read_buf(&mut bytes).await? == 0 {
                return Err("the server closed the connection".into());
            }
        };
        let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        let mut answer = Answer { status, head, body: String::new() };
        while bytes.len() < end + answer.length() {
            if self.stream.read_buf(&mut bytes).await? == 0 {
                return Err("the server closed the connection in an answer".into());
            }
        }
        answer.body = String::from_utf8_lossy(bytes.get(end..).unwrap_or_default()).into_owned();
        Ok(answer)
    }
}
