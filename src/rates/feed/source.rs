//! Where the files of rates come from, and getting them.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::http::header::LOCATION;

use super::{FeedError, MAX_BYTES, shown};

/// The names of the bank's two files, the one to be preferred first.
const FILES: [&str; 2] = ["daily.xml", "weekly.xml"];

/// The time for a whole request: name, connection, question and answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One place a file of rates is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An address that begins with `http://` or `https://`.
    Url(String),
    /// A path on this machine.
    File(PathBuf),
}

impl Source {
    /// An `http://` or `https://` address, or else a path.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once("://") {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
                Self::Url(text.to_owned())
            }
            _ => Self::File(PathBuf::from(text)),
        }
    }

    fn beneath(&self, name: &str) -> Self {
        match self {
            Self::Url(url) => Self::Url(format!("{}/{name}", url.trim_end_matches('/'))),
            Self::File(folder) => Self::File(folder.join(name)),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.write_str(url),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The files which a configured base stands for: itself when it ends in `.xml` or is a file,
/// otherwise (an address such as <https://www.nbkr.kg/XML>, or a folder) `daily.xml`, then `weekly.xml` in it.
///
/// The daily file comes first: the yuan, found in the weekly one in 2013, was in the daily one in May 2026.
#[must_use]
pub fn sources(base: &str) -> Vec<Source> {
    let base_source = Source::parse(base);
    if base.ends_with(".xml") || Path::new(base).is_file() {
        vec![base_source]
    } else {
        FILES.map(|name| base_source.beneath(name)).to_vec()
    }
}

/// Gets the bytes of a source, at most [`MAX_BYTES`]. Blocks, for an address up to 10 seconds.
///
/// # Errors
/// [`FeedError::File`], [`FeedError::Network`], [`FeedError::Status`], [`FeedError::Redirect`]
/// or [`FeedError::TooLarge`].
pub fn fetch(source: &Source) -> Result<Vec<u8>, FeedError> {
    match source {
        Source::Url(url) => get(url),
        Source::File(path) => read(path),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, FeedError> {
    let mut bytes = Vec::new();
    File::open(path)
        // One byte more than allowed tells "too large" from "just fits".
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| FeedError::File { path: path.display().to_string(), reason: error.to_string() })?;
    if bytes.len() > MAX_BYTES {
        return Err(FeedError::TooLarge);
    }
    Ok(bytes)
}

fn get(url: &str) -> Result<Vec<u8>, FeedError> {
    let failed = |error| explain(url, error);
    let mut response = agent().get(url).call().map_err(failed)?;
    let status = response.status().as_u16();
    if status == 200 {
        let body = response.body_mut().with_config().limit(MAX_BYTES as u64);
        return body.read_to_vec().map_err(failed);
    }
    let url = url.to_owned();
    Err(match response.headers().get(LOCATION) {
        Some(location) => FeedError::Redirect { url, location: shown(&String::from_utf8_lossy(location.as_bytes())) },
        None => FeedError::Status { url, status },
    })
}

/// Redirects are answers like any other: rates come from the configured address or not at all,
/// so nobody on the way can send us from https to http, or to a host of their own.
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("torugart/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

fn explain(url: &str, error: ureq::Error) -> FeedError {
    let reason = match error {
        ureq::Error::BodyExceedsLimit(_) => return FeedError::TooLarge,
        ureq::Error::Timeout(_) => format!("no complete answer within {} s", TIMEOUT.as_secs()),
        other => other.to_string(),
    };
    FeedError::Network { url: url.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::thread::{JoinHandle, spawn};

    use super::super::{Feed, parse, read_all};
    use super::*;

    const DAILY: &[u8] = include_bytes!("../../../tests/data/nbkr/daily-2026-05-24.xml");
    const WEEKLY: &[u8] = include_bytes!("../../../tests/data/nbkr/weekly-2026-05-23.xml");

    /// Answers as many connections as there are replies, one each; gives back what it was asked.
    fn serve(replies: Vec<Vec<u8>>) -> (SocketAddr, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = move |reply: Vec<u8>| {
            let (mut stream, _) = listener.accept().unwrap();
            let asked = read_head(&mut stream);
            // A client that has seen enough hangs up in the middle of a long reply.
            let _ = stream.write_all(&reply);
            asked
        };
        let server = spawn(move || replies.into_iter().map(answer).collect());
        (address, server)
    }

    fn read_head(stream: &mut TcpStream) -> String {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            head.push(byte[0]);
        }
        String::from_utf8(head).unwrap()
    }

    fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
        [head.as_bytes(), body].concat()
    }

    /// Fetches from a server with that one reply; the address, the result and what was asked.
    fn fetch_reply(reply: Vec<u8>) -> (String, Result<Vec<u8>, FeedError>, String) {
        let (address, server) = serve(vec![reply]);
        let url = format!("http://{address}/XML/daily.xml");
        let result = fetch(&Source::parse(&url));
        (url, result, server.join().unwrap().concat())
    }

    #[test]
    fn a_source_is_an_address_or_a_path() {
        for url in ["http://a/b", "https://a/b.xml", "HTTPS://a"] {
            assert_eq!(Source::parse(url), Source::Url(url.to_owned()));
        }
        for path in ["rates.xml", "/srv/rates", "ftp://a/b", "https:/a", ""] {
            assert_eq!(Source::parse(path), Source::File(path.into()));
        }
        for text in ["https://a/b", "/srv/rates"] {
            assert_eq!(Source::parse(text).to_string(), text);
        }
    }

    #[test]
    fn a_base_stands_for_daily_then_weekly() {
        let shown = |base: &str| sources(base).iter().map(Source::to_string).collect::<Vec<_>>();
        let bank = ["https://a/XML/daily.xml", "https://a/XML/weekly.xml"];
        assert_eq!(shown("https://a/XML"), bank);
        assert_eq!(shown("https://a/XML/"), bank);
        assert_eq!(shown("/srv/r"), ["/srv/r/daily.xml", "/srv/r/weekly.xml"]);
    }

    #[test]
    fn a_base_that_is_one_file_stands_for_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let existing = file.path().to_str().unwrap();
        for base in ["https://a/XML/daily.xml", "/no/such/file.xml", existing] {
            assert_eq!(sources(base), [Source::parse(base)]);
        }
    }

    #[test]
    fn an_answer_is_given_as_it_came() {
        let (_, result, asked) = fetch_reply(reply("200 OK", "", DAILY));
        assert_eq!(result.unwrap(), DAILY);
        assert!(asked.starts_with("GET /XML/daily.xml HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("user-agent: torugart/"), "{asked}");
    }

    #[test]
    fn only_status_200_is_an_answer() {
        for (line, status) in
            [("404 Not Found", 404), ("503 Busy", 503), ("204 No Content", 204), ("304 Not Modified", 304)]
        {
            let (url, result, _) = fetch_reply(reply(line, "", b""));
            assert_eq!(result, Err(FeedError::Status { url, status }));
        }
    }

    #[test]
    fn redirects_are_reported_not_followed() {
        for location in ["https://elsewhere.example/", "/XML/new.xml", "file:///etc/passwd"] {
            let header = format!("Location: {location}\r\n");
            let (url, result, _) = fetch_reply(reply("302 Found", &header, b""));
            let location = location.to_owned();
            assert_eq!(result, Err(FeedError::Redirect { url, location }));
        }
    }

    #[test]
    fn an_answer_may_be_as_large_as_the_cap_and_no_larger() {
        let fits = vec![b' '; MAX_BYTES];
        let (_, result, _) = fetch_reply(reply("200 OK", "", &fits));
        assert_eq!(result.unwrap(), fits);

        let too_large = vec![b' '; MAX_BYTES + 1];
        let (_, result, _) = fetch_reply(reply("200 OK", "", &too_large));
        assert_eq!(result, Err(FeedError::TooLarge));

        let unannounced = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &too_large].concat();
        let (_, result, _) = fetch_reply(unannounced);
        assert_eq!(result, Err(FeedError::TooLarge));
    }

    #[test]
    fn a_server_that_hangs_up_is_a_network_error() {
        let mut partial = reply("200 OK", "", DAILY);
        partial.truncate(partial.len() - 20);
        for sent in [Vec::new(), b"HTTP/1.1 200 O".to_vec(), partial] {
            let (asked_url, result, _) = fetch_reply(sent);
            let Err(FeedError::Network { url, reason }) = result else {
                panic!("{result:?}");
            };
            assert_eq!(url, asked_url);
            assert!(!reason.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_reached_is_a_network_error() {
        // A port that was free a moment ago, and an address without a host.
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        for url in [format!("http://{free}/daily.xml"), "http://".to_owned()] {
            let result = fetch(&Source::Url(url.clone()));
            let named = matches!(&result, Err(FeedError::Network { url: named, .. }) if *named == url);
            assert!(named, "{result:?}");
        }
    }

    #[test]
    fn an_https_address_is_never_read_in_the_clear() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let plain = reply("200 OK", "", DAILY);
        let server = spawn(move || listener.accept().unwrap().0.write_all(&plain));
        let result = fetch(&Source::parse(&url));
        assert!(matches!(result, Err(FeedError::Network { .. })), "{result:?}");
        server.join().unwrap().unwrap();
    }

    #[test]
    fn a_request_has_ten_seconds_in_all() {
        let limit = agent().config().timeouts().global;
        assert_eq!(limit, Some(Duration::from_secs(10)));
        let error = explain("http://a/", ureq::Error::Timeout(ureq::Timeout::Global));
        let text = "cannot get http://a/: no complete answer within 10 s";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn files_are_read_with_the_same_cap() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("daily.xml");
        for (size, fits) in [(DAILY.len(), true), (MAX_BYTES, true), (MAX_BYTES + 1, false)] {
            let mut bytes = DAILY.to_vec();
            bytes.resize(size, b' ');
            std::fs::write(&path, &bytes).unwrap();
            let expected = if fits { Ok(bytes) } else { Err(FeedError::TooLarge) };
            assert_eq!(fetch(&Source::File(path.clone())), expected);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("absent.xml"), folder.path().to_owned()] {
            let error = fetch(&Source::File(path.clone())).unwrap_err();
            let text = format!("cannot read the file {}: ", path.display());
            assert!(error.to_string().starts_with(&text), "{error}");
        }
    }

    fn currencies(result: &Result<Feed, FeedError>) -> usize {
        result.as_ref().map(|feed| feed.rates.len()).unwrap()
    }

    #[test]
    fn both_files_of_an_address_are_read() {
        let replies = vec![reply("200 OK", "", DAILY), reply("200 OK", "", WEEKLY)];
        let (address, server) = serve(replies);
        let read = read_all(&format!("http://{address}/XML"));
        let asked = server.join().unwrap();
        assert!(asked[0].starts_with("GET /XML/daily.xml "), "{}", asked[0]);
        assert!(asked[1].starts_with("GET /XML/weekly.xml "), "{}", asked[1]);
        assert_eq!(read[0].0, format!("http://{address}/XML/daily.xml"));
        assert_eq!(currencies(&read[0].1), 5);
        assert_eq!(currencies(&read[1].1), 40);
    }

    #[test]
    fn one_file_failing_does_not_stop_the_other() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("daily.xml"), "<html></html>").unwrap();
        std::fs::write(folder.path().join("weekly.xml"), WEEKLY).unwrap();
        let read = read_all(folder.path().to_str().unwrap());
        assert_eq!(read[0].1, Err(FeedError::WebPage));
        assert_eq!(read[1].1, parse(WEEKLY));
        assert!(read[1].0.ends_with("/weekly.xml"));
    }
}
