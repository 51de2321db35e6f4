//! A mail server that speaks enough SMTP to take mail.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A mail that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers, a blank line, and the body, as they came over the wire.
    pub data: String,
}

impl Mail {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.data.split("\r\n\r\n").next()?;
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as a person reads it.
    pub fn text(&self) -> String {
        let body = self.data.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        match self.header("Content-Transfer-Encoding") {
            Some("quoted-printable") => quoted_printable(body),
            Some("base64") => base64(body),
            _ => body.to_owned(),
        }
    }
}

#[derive(Default)]
struct KeptMails {
    mails: Vec<Mail>,
    refused: usize,
    broken: bool,
}

/// The server. Ends when it is dropped.
pub struct FakeSmtp {
    address: SocketAddr,
    kept: Arc<Mutex<KeptMails>>,
    server: JoinHandle<()>,
}

impl FakeSmtp {
    /// Listens on a free port.
    pub async fn start() -> Self {
        Self::start_on("127.0.0.1:0".parse().unwrap()).await
    }

    /// Listens where the mail server was before.
    pub async fn start_on(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(Mutex::new(KeptMails::default()));
        let server = tokio::spawn(accept(listener, Arc::clone(&kept)));
        Self { address, kept, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For the settings.
    pub fn url(&self) -> Url {
        format!("smtp://{}", self.address).parse().unwrap()
    }

    /// From now on every mail is refused for the time being (451), or taken again.
    pub fn set_broken(&self, broken: bool) {
        self.kept.lock().unwrap().broken = broken;
    }

    /// What it took, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.kept.lock().unwrap().mails.clone()
    }

    /// How many mails it refused.
    pub fn refused(&self) -> usize {
        self.kept.lock().unwrap().refused
    }
}

impl Drop for FakeSmtp {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, kept: Arc<Mutex<KeptMails>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let kept = Arc::clone(&kept);
        // A client that goes away in mid-sentence ends its own conversation only.
        tokio::spawn(async move { converse(stream, &kept).await.ok() });
    }
}

async fn converse(stream: TcpStream, kept: &Mutex<KeptMails>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = Mail::default();
    write.write_all(b"220 fake.postern.invalid ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-fake.postern.invalid\r\n250 8BITMIME\r\n",
            "MAIL" if refuses(kept) => "451 come back later\r\n",
            "MAIL" => {
                mail = Mail { from: address(&line), ..Mail::default() };
                "250 go on\r\n"
            }
            "RCPT" => {
                mail.to.push(address(&line));
                "250 go on\r\n"
            }
            "DATA" => {
                write.write_all(b"354 end with a dot\r\n").await?;
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.data.push_str("\r\n");
                }
                kept.lock().unwrap().mails.push(std::mem::take(&mut mail));
                "250 taken\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "NOOP" | "RSET" | "HELO" => "250 fine\r\n",
            _ => "502 not here\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

fn refuses(kept: &Mutex<KeptMails>) -> bool {
    let mut kept = kept.lock().unwrap();
    if kept.broken {
        kept.refused += 1;
    }
    kept.broken
}

fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

fn quoted_printable(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'=').then(|| tail.get(..2)).flatten();
        if let Some(byte) = code.and_then(|hex| data_encoding::HEXUPPER.decode(hex).ok()) {
            bytes.extend(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn base64(body: &str) -> String {
    let clean: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    String::from_utf8_lossy(&data_encoding::BASE64.decode(clean.as_bytes()).unwrap_or_default()).into_owned()
}
