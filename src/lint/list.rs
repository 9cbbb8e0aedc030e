//! A list of paths, as a hook or another program hands it over → the paths.
//!
//! In: bytes, a path a line, or closed by NUL where there are NULs (`git diff -z`, `find -print0`). Out: paths in the order
//! of the list. Promise: on systems whose paths are bytes, those in any encoding come through. It looks at no file.

use std::path::PathBuf;

/// The paths of a list; an empty list has none.
pub fn paths_of(list: &[u8]) -> Vec<PathBuf> {
    let closing = if list.contains(&0) { 0 } else { b'\n' };
    list.split(|&byte| byte == closing)
        .map(|path| match closing {
            0 => path,
            _ => path.strip_suffix(b"\r").unwrap_or(path),
        })
        .filter(|path| !path.is_empty())
        .map(path_of_bytes)
        .collect()
}

/// A path as the system's programs write it.
#[cfg(unix)]
pub(super) fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path as the system's programs write it.
#[cfg(not(unix))]
pub(super) fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_closed_by_line_ends_or_nuls() {
        for (list, expected) in [
            (&b""[..], &[][..]),
            (b"\n\n", &[]),
            (b"a.txt\nb c.txt\r\n\nd", &["a.txt", "b c.txt", "d"]),
            (b"a\nb\0c\0", &["a\nb", "c"]),
            ("模板.txt\n".as_bytes(), &["模板.txt"]),
        ] {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(paths_of(list), expected, "{list:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn paths_need_not_be_utf8() {
        use std::os::unix::ffi::OsStrExt;
        let paths = paths_of(b"\xc4\xa3\xb0\xe5.txt\n");
        assert_eq!(paths[0].as_os_str().as_bytes(), b"\xc4\xa3\xb0\xe5.txt");
    }
}
