//! `dunlint test`: the rules against their own examples.

use std::io::{self, Write};
use std::path::PathBuf;

use dunlint::examples::{Audit, Problem, audit};
use dunlint::report::visible::visible;
use dunlint::report::words;
use dunlint::{Linter, Result};

use super::{Context, LexiconArguments, Outcome, unwritten};

/// What `test` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of an own lexicon, tested over the bundled one; without it the bundled one is tested
    dir: Option<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let lexicon = LexiconArguments {
        lexicons: arguments.dir,
    };
    let lexicon = lexicon.load()?;
    let audit = audit(lexicon, &Linter::new(lexicon)?);
    match arguments.format {
        Format::Human => write_audit(&audit, context),
        Format::Json => serde_json::to_writer_pretty(&mut context.out, &audit)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(context.out)),
    }
    .map_err(unwritten)?;
    Ok(match audit.failures.is_empty() {
        true => Outcome::Done,
        false => Outcome::Found,
    })
}

fn write_audit(audit: &Audit, context: &mut Context) -> io::Result<()> {
    for failure in &audit.failures {
        let problem = problem(failure.problem, context);
        let found = failure
            .found
            .as_deref()
            .map(|found| format!(" → {}", visible(found)))
            .unwrap_or_default();
        let text = visible(&failure.text);
        writeln!(context.out, "{}  {problem}  {text}{found}", failure.rule)?;
    }
    for rule in &audit.dead {
        let note = context.pick("自己的例句一条也发现不了", "finds none of its own hits");
        writeln!(context.out, "{rule}  {note}")?;
    }
    for (rule, other) in &audit.shadowed {
        let note = context.pick(
            "的例句全部已被另一条规则同样严重地发现：",
            "is shadowed: all its hits are found as gravely by",
        );
        writeln!(context.out, "{rule}  {note} {other}")?;
    }
    for (rule, other) in &audit.overlapping {
        let note = context.pick(
            "互相发现对方例句中的同一处",
            "find overlapping words in each other's hits",
        );
        writeln!(context.out, "{rule}, {other}  {note}")?;
    }
    let (passed, failed) = (audit.passed, audit.failures.len());
    match context.lang {
        dunlint::rule::Lang::Zh => writeln!(context.out, "{passed} 项通过，{failed} 项未通过"),
        dunlint::rule::Lang::En => writeln!(context.out, "{passed} passed, {failed} failed"),
    }
}

fn problem(problem: Problem, context: &Context) -> String {
    let name = |disguise| words::disguise(disguise, context.lang);
    match problem {
        Problem::Missing => context.pick("漏报", "missing").to_owned(),
        Problem::Noisy => context.pick("误报", "noisy").to_owned(),
        Problem::BesideMarks => context
            .pick("证据与标记不符", "evidence beside the marks")
            .to_owned(),
        Problem::Hidden(disguise) => format!(
            "{} {}",
            context.pick("伪装后漏报：", "missing in disguise:"),
            name(disguise)
        ),
        Problem::BesideDisguise(disguise) => {
            format!(
                "{} {}",
                context.pick("伪装后证据不全：", "evidence doesn't cover the disguise:"),
                name(disguise)
            )
        }
    }
}
