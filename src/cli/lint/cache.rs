//! Where `lint` keeps what was judged.

use std::path::PathBuf;

use dunlint::lint::Cache;

/// Where what was judged is kept.
#[derive(Debug, clap::Args)]
pub(super) struct CacheArguments {
    /// Folder of the cache; by default that of the user
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Judge all files anew and keep nothing
    #[arg(long, conflicts_with = "cache_dir")]
    no_cache: bool,
}

impl CacheArguments {
    /// The cache, if there is one.
    pub(super) fn open(&self) -> Option<Cache> {
        match self.no_cache {
            true => None,
            false => Cache::new(self.cache_dir.as_deref()),
        }
    }
}
