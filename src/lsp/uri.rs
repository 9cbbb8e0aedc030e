//! Addresses of documents ↔ paths.
//!
//! In: `file:` URIs as editors write them: percent-encoded or not, with drive letters, of shares. Out: paths; and the way
//! back. Documents are known by the very URI that the client gave: editors differ in what they encode. It opens nothing.

use std::path::{Path, PathBuf};

/// The path of a document; none for what isn't in the file system, such as `untitled:`.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    path_text(uri, cfg!(windows)).map(PathBuf::from)
}

fn path_text(uri: &str, is_windows: bool) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next()?;
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/')?),
        None => ("", rest),
    };
    let path = decoded(path)?;
    if !is_windows {
        return path.starts_with('/').then_some(path);
    }
    let path = match host {
        "" | "localhost" => match path.strip_prefix('/') {
            Some(rest) if has_drive(rest) => rest.to_owned(),
            _ => path,
        },
        host => format!("//{host}{path}"),
    };
    Some(path.replace('/', "\\"))
}

/// `C:` or `C:/…`.
fn has_drive(path: &str) -> bool {
    let mut characters = path.chars();
    characters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && characters.next() == Some(':')
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let escaped = match (first, others) {
            (b'%', [high, low, ..]) => hex_value(*high).zip(hex_value(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| value.try_into().ok())
}

/// The address of a file that no client has named.
pub(super) fn uri_of(path: &Path) -> String {
    uri_text(&path.to_string_lossy(), cfg!(windows))
}

fn uri_text(path: &str, is_windows: bool) -> String {
    let mut uri = "file://".to_owned();
    let path = match is_windows {
        true => path.replace('\\', "/"),
        false => path.to_owned(),
    };
    let path = match path.strip_prefix("//") {
        Some(share) if is_windows => share,
        _ => {
            if !path.starts_with('/') {
                uri.push('/');
            }
            &path
        }
    };
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths_on_every_system() {
        for (uri, unix, windows) in [
            ("file:///tmp/a.json", Some("/tmp/a.json"), Some(r"\tmp\a.json")),
            (
                "file:///%E6%A8%A1%E6%9D%BF/%E5%82%AC%20%E6%94%B6.yaml",
                Some("/模板/催 收.yaml"),
                Some(r"\模板\催 收.yaml"),
            ),
            (
                "file:///模板/a b.txt",
                Some("/模板/a b.txt"),
                Some(r"\模板\a b.txt"),
            ),
            (
                "file:///c%3A/work/a.py",
                Some("/c:/work/a.py"),
                Some(r"c:\work\a.py"),
            ),
            ("FILE:///D:/a%23b.txt", Some("/D:/a#b.txt"), Some(r"D:\a#b.txt")),
            ("file://localhost/tmp/a", Some("/tmp/a"), Some(r"\tmp\a")),
            (
                "file://server/share/a",
                Some("/share/a"),
                Some(r"\\server\share\a"),
            ),
            ("file:/tmp/a", Some("/tmp/a"), Some(r"\tmp\a")),
            ("file:///100%/a%2", Some("/100%/a%2"), Some(r"\100%\a%2")),
            ("file:///a?x#y", Some("/a"), Some(r"\a")),
            ("file:///%ff", None, None),
            ("untitled:Untitled-1", None, None),
            ("git:/tmp/a.json?x", None, None),
            ("", None, None),
        ] {
            assert_eq!(path_text(uri, false).as_deref(), unix, "{uri}");
            assert_eq!(path_text(uri, true).as_deref(), windows, "{uri}");
        }
    }

    #[test]
    fn paths_are_addresses_that_lead_back() {
        for (path, is_windows, uri) in [
            ("/tmp/模 板.toml", false, "file:///tmp/%E6%A8%A1%20%E6%9D%BF.toml"),
            (r"C:\a b\d.toml", true, "file:///C%3A/a%20b/d.toml"),
            (r"\\server\share\d.toml", true, "file://server/share/d.toml"),
        ] {
            assert_eq!(uri_text(path, is_windows), uri);
            assert_eq!(path_text(uri, is_windows).as_deref(), Some(path));
        }
    }
}
