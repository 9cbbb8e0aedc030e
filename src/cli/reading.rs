//! How inputs are read, as arguments say it.

use std::path::PathBuf;

use dunlint::Result;
use dunlint::decode::Encoding;
use dunlint::message::Channel;
use dunlint::read::{ColumnOverrides, Format, Profile, ReadOptions, Unit};

/// How to read, where the input shouldn't decide.
#[derive(Debug, clap::Args)]
pub(super) struct ReadArguments {
    /// What is one message in plain text; by default known from the content
    #[arg(long, value_parser = ["line", "paragraph", "file"])]
    unit: Option<String>,
    /// Encoding of the inputs, such as utf-8 or gb18030; by default known from the content
    #[arg(long, value_parser = encoding_value)]
    encoding: Option<Encoding>,
    /// Format of the inputs; by default known from name and content
    #[arg(long, value_name = "FORMAT", value_parser = Format::ALL.map(Format::name))]
    input_format: Option<String>,
    /// Which column or key holds what, such as text=body; may be repeated
    #[arg(long, value_name = "FIELD=NAME")]
    column: Vec<String>,
    /// Mapping profile that `sniff --save` wrote; what other arguments say counts for more
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

impl ReadArguments {
    /// What the arguments say, and what they leave open as the profile says it.
    ///
    /// # Errors
    /// If a column is named in a way that can't be understood, or the profile can't be read.
    pub(super) fn options(&self, channel: Option<Channel>) -> Result<ReadOptions> {
        let mut columns = ColumnOverrides::default();
        for column in &self.column {
            columns.add(column)?;
        }
        let mut options = ReadOptions {
            format: self.input_format.as_deref().and_then(Format::named),
            unit: self.unit.as_deref().and_then(Unit::named),
            encoding: self.encoding,
            columns,
            channel,
            ..ReadOptions::default()
        };
        if let Some(path) = &self.profile {
            Profile::load(path)?.apply(&mut options);
        }
        Ok(options)
    }
}

fn encoding_value(name: &str) -> std::result::Result<Encoding, String> {
    Encoding::named(name).ok_or_else(|| "utf-8, gb18030, big5, utf-16le, utf-16be".to_owned())
}
