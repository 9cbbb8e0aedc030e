//! The table of promised ratios, each with its reference measured in the same run:
//! `cargo run --release --example performance -- [ROWS] [ROUNDS]` (300,000 rows and 5 rounds if not said).
//!
//! References read with the same reader as `screen` and search raw text for the same terms. Every case of a group runs
//! once a round, in turn; a ratio is the median of the rounds' ratios. Whole processes are measured from start to end,
//! their start-up included, and write the records of findings. Peak memory is what Linux tells of the process; elsewhere
//! it isn't shown. Programs in other languages are in `benches/peers.sh`, for which
//! `performance terms` prints all terms. `performance templates FOLDER` writes the repository of row 17.

mod dump;
mod templates;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use daachorse::CharwiseDoubleArrayAhoCorasick;
use dump::{Layout, Mixture};
use dunlint::linter::Work;
use dunlint::message::Body;
use dunlint::read::{Input, ReadOptions, Reader};
use dunlint::{Lexicon, Linter, Message};
use serde::Deserialize;
use templates::Density;

const SEED: u64 = 1;

/// Files of the repository of templates.
const FILES: usize = 5_000;

/// Where the generated files and the binary are.
struct Bench {
    folder: tempfile::TempDir,
    dunlint: PathBuf,
    rows: usize,
    rounds: usize,
}

/// What a process took.
#[derive(Clone, Copy)]
struct Taken {
    time: Duration,
    peak_kilobytes: u64,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|argument| argument == "nothing") {
        return Ok(());
    }
    if arguments.first().is_some_and(|argument| argument == "terms") {
        let mut out = BufWriter::new(io::stdout().lock());
        for term in Lexicon::bundled().stage_terms() {
            writeln!(out, "{term}")?;
        }
        return out.flush();
    }
    if let [command, folder] = &arguments[..]
        && command == "templates"
    {
        return templates::write(Path::new(folder), FILES, Density::Usual, SEED);
    }
    let number = |place: usize, default: usize| {
        let given = arguments.get(place).and_then(|text| text.parse().ok());
        given.unwrap_or(default)
    };
    let own = std::env::current_exe()?;
    let dunlint = own
        .parent()
        .and_then(Path::parent)
        .expect("examples lie beside the binary")
        .join(format!("dunlint{}", std::env::consts::EXE_SUFFIX));
    if !dunlint.exists() {
        eprintln!(
            "{} is missing: cargo build --release --bin dunlint",
            dunlint.display()
        );
        std::process::exit(2);
    }
    let bench = Bench {
        folder: tempfile::tempdir()?,
        dunlint,
        rows: number(0, 300_000),
        rounds: number(1, 5),
    };
    let head = format!("{:>3}  {:<66} {:>7}  {:>9}", "row", "what", "ratio", "must");
    writeln!(io::stdout(), "{head}")?;
    bench.against_references()?;
    bench.against_itself()?;
    bench.start_up()?;
    bench.candidates_only()?;
    bench.collector()?;
    bench.repository()?;
    Ok(())
}

fn show(row: &str, what: &str, figure: f64, must: &str) {
    // A reader that has seen enough closes the pipe.
    let _ = writeln!(io::stdout(), "{row:>3}  {what:<66} {figure:>7.2}  {must:>9}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The median of the rounds' ratios of one case to another.
fn ratio(over: &[Duration], under: &[Duration]) -> f64 {
    let rounds = over.iter().zip(under);
    median(
        rounds
            .map(|(over, under)| over.as_secs_f64() / under.as_secs_f64())
            .collect(),
    )
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

impl Bench {
    fn generate(&self, name: &str, rows: usize, layout: Layout, mixture: Mixture) -> io::Result<PathBuf> {
        let path = self.folder.path().join(name);
        let mut out = BufWriter::new(File::create(&path)?);
        dump::write(&mut out, rows, SEED, layout, mixture)?;
        Ok(path)
    }

    /// A whole run of `screen`.
    fn screen(&self, input: &Path, threads: usize, more: &[&str]) -> io::Result<Taken> {
        let records = self.folder.path().join("records.jsonl");
        let mut command = Command::new(&self.dunlint);
        command.arg("screen").arg("--threads").arg(threads.to_string());
        command.arg("-o").arg(&records).arg(input).args(more);
        let taken = run(&mut command)?;
        fs::remove_file(records)?;
        Ok(taken)
    }

    /// Rows 1 to 4 and 14, on one thread.
    fn against_references(&self) -> io::Result<()> {
        let dump = self.generate("carrier.jsonl", self.rows, Layout::Jsonl, Mixture::Carrier)?;
        let lexicon = Lexicon::bundled();
        let linter = Linter::new(lexicon).expect("the bundled lexicon builds");
        let terms: Vec<&str> = lexicon.stage_terms().collect();
        let bytes = aho_corasick::AhoCorasick::builder()
            .kind(Some(aho_corasick::AhoCorasickKind::ContiguousNFA))
            .build(&terms)
            .expect("the terms fit into an automaton");
        let characters = CharwiseDoubleArrayAhoCorasick::<u32>::new(&terms).expect("the terms differ");
        let jieba = jieba_rs::Jieba::new();
        let texts = texts_of(&dump);
        let is_doubtful = |text: &&str| linter.stage_hearing(std::iter::once(*text)) > 0;
        let in_doubt: Vec<&str> = texts.iter().map(String::as_str).filter(is_doubtful).collect();
        let cases: [(&str, &dyn Fn() -> usize); 8] = [
            ("aho-corasick", &|| {
                each_text(&dump, |text| bytes.find_overlapping_iter(text).count())
            }),
            ("daachorse", &|| {
                each_text(&dump, |text| characters.find_overlapping_iter(text).count())
            }),
            ("serde_json", &|| owned_records(&dump)),
            ("jieba", &|| each_text(&dump, |text| jieba.cut(text, true).len())),
            ("aho-corasick on texts", &|| {
                texts
                    .iter()
                    .map(|text| bytes.find_overlapping_iter(text).count())
                    .sum()
            }),
            ("sights", &|| {
                linter.stage_sights(texts.iter().map(String::as_str))
            }),
            ("first hearing", &|| {
                linter.stage_hearing(texts.iter().map(String::as_str))
            }),
            ("first hearing, and sights of what it leaves", &|| {
                linter.stage_hearing(texts.iter().map(String::as_str))
                    + linter.stage_sights(in_doubt.iter().copied())
            }),
        ];
        let mut times = vec![Vec::new(); cases.len()];
        let mut screened = Vec::new();
        for _ in 0..self.rounds {
            screened.push(self.screen(&dump, 1, &["--only-findings"])?.time);
            for (times, (_, case)) in times.iter_mut().zip(cases) {
                times.push(timed(case));
            }
        }
        let speed = |case: usize| ratio(&times[case], &screened);
        show(
            "1",
            "screen / same reader + aho-corasick, contiguous NFA",
            speed(0),
            ">= 1.2",
        );
        show(
            "2",
            "screen / same reader + daachorse charwise",
            speed(1),
            ">= 0.5",
        );
        show("3", "screen / serde_json into owned structs", speed(2), ">= 0.4");
        show("4", "screen / jieba cutting every message", speed(3), ">= 4");
        // What a run does of it: every text is heard, and the terms are looked for in what that leaves in doubt.
        show(
            "14",
            "normalise + match as in a run / aho-corasick, raw text",
            ratio(&times[4], &times[7]),
            ">= 2",
        );
        show(
            "",
            "the same with the terms looked for in all texts",
            ratio(&times[4], &times[5]),
            "",
        );
        show(
            "",
            "first hearing (normalise + weigh) / aho-corasick, raw text",
            ratio(&times[4], &times[6]),
            "",
        );
        Ok(())
    }

    /// Rows 9, 10, 15 and a part of 16.
    fn against_itself(&self) -> io::Result<()> {
        let dump = self.folder.path().join("carrier.jsonl");
        let fewer = self.rows.min(100_000);
        let small = self.generate("small.jsonl", fewer, Layout::Jsonl, Mixture::Carrier)?;
        let table = self.generate("carrier.csv", self.rows, Layout::Csv, Mixture::Carrier)?;
        let mut runs: [Vec<Taken>; 5] = Default::default();
        for _ in 0..self.rounds {
            runs[0].push(self.screen(&dump, 1, &["--only-findings"])?);
            runs[1].push(self.screen(&dump, 2, &["--only-findings"])?);
            runs[2].push(self.screen(&dump, 2, &[])?);
            runs[3].push(self.screen(&small, 2, &["--only-findings"])?);
            runs[4].push(self.screen(&table, 2, &["--only-findings"])?);
        }
        let times = |run: usize| runs[run].iter().map(|taken| taken.time).collect::<Vec<_>>();
        let peak = |run: usize| {
            median(
                runs[run]
                    .iter()
                    .map(|taken| taken.peak_kilobytes as f64)
                    .collect(),
            )
        };
        show(
            "9",
            "two threads / one thread",
            ratio(&times(0), &times(1)),
            ">= 1.75",
        );
        if peak(1) > 0.0 {
            show(
                "10",
                "peak memory on two threads, JSONL, MB",
                peak(1) / 1024.0,
                "<= 80",
            );
            show(
                "10",
                "peak memory on two threads, CSV, MB",
                peak(4) / 1024.0,
                "<= 80",
            );
            show(
                "10",
                "peak memory / that of 100,000 rows",
                peak(1) / peak(3),
                "<= 1.15",
            );
        }
        show(
            "15",
            "a record for every message / for findings, time",
            ratio(&times(2), &times(1)),
            "<= 1.25",
        );
        show("", "CSV / JSONL, time", ratio(&times(4), &times(1)), "");
        let speed = self.rows as f64 / median(times(1).iter().map(Duration::as_secs_f64).collect());
        show("", "million messages a second on two threads", speed / 1e6, "");
        Ok(())
    }

    /// Rows 11 and 12.
    fn start_up(&self) -> io::Result<()> {
        let write = |name: &str, text: &str| -> io::Result<PathBuf> {
            let path = self.folder.path().join(name);
            fs::write(&path, text)?;
            Ok(path)
        };
        let clean = write(
            "clean.txt",
            "【云杉银行】您尾号1234的账户7月8日入账500.00元，余额823.15元。\n",
        )?;
        let hits = write(
            "hits.txt",
            "今天再不还钱，我就打断你的腿。\n你个老赖，全村人都会知道你欠钱不还！\n",
        )?;
        let lint = |path: &Path| {
            let mut command = Command::new(&self.dunlint);
            command.args(["lint", "--no-cache", "--output-format", "jsonl"]);
            run_to_finding(command.arg(path).env("RAYON_NUM_THREADS", "1"))
        };
        let mut times: [Vec<Duration>; 6] = Default::default();
        for _ in 0..self.rounds.max(15) {
            let own = std::env::current_exe()?;
            times[0].push(run(Command::new(own).arg("nothing"))?.time);
            times[1].push(self.screen(&clean, 1, &[])?.time);
            times[2].push(self.screen(&hits, 1, &[])?.time);
            times[3].push(timed(|| usize::from(jieba_rs::Jieba::new().has_word("催收"))));
            times[4].push(lint(&clean)?.time);
            times[5].push(lint(&hits)?.time);
        }
        let milliseconds = |case: usize| {
            let times = times[case].iter().map(|time| time.as_secs_f64() * 1000.0);
            median(times.collect())
        };
        show("11", "a tiny clean file, ms", milliseconds(1), "<= 20");
        show("11", "the same by lint, ms", milliseconds(4), "<= 20");
        show(
            "11",
            "a tiny clean file / a process that does nothing",
            ratio(&times[1], &times[0]),
            "",
        );
        show("12", "a tiny file with hits, ms", milliseconds(2), "<= 30");
        show("12", "the same by lint, ms", milliseconds(5), "<= 30");
        let forced: Vec<Duration> = times[2]
            .iter()
            .zip(&times[3])
            .map(|(run, load)| *run + *load)
            .collect();
        show(
            "12",
            "with jieba's whole dictionary loaded / without",
            ratio(&forced, &times[2]),
            ">= 5",
        );
        Ok(())
    }

    /// Row 13.
    fn candidates_only(&self) -> io::Result<()> {
        let linter = Linter::new(Lexicon::bundled()).expect("the bundled lexicon builds");
        let is_candidate = |text: &String| {
            let mut work = Work::default();
            linter.check_counting(&Message::text(text.as_str()), &mut work);
            work.candidates > 0
        };
        let texts: Vec<String> = dump::texts(SEED, Mixture::Carrier)
            .filter(is_candidate)
            .take(self.rows / 30)
            .collect();
        let (judged, cut) = self.beside_jieba(&linter, &texts);
        show(
            "13",
            "every message a candidate: judging / jieba",
            ratio(&cut, &judged),
            ">= 0.9",
        );
        Ok(())
    }

    /// Row 18.
    fn collector(&self) -> io::Result<()> {
        let dump = self.generate(
            "collector.jsonl",
            self.rows / 3,
            Layout::Jsonl,
            Mixture::Collector,
        )?;
        let jieba = jieba_rs::Jieba::new();
        let (mut screened, mut cut) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            screened.push(self.screen(&dump, 1, &["--only-findings"])?.time);
            cut.push(timed(|| each_text(&dump, |text| jieba.cut(text, true).len())));
        }
        show(
            "18",
            "a collector's dump: screen / jieba",
            ratio(&cut, &screened),
            ">= 2",
        );
        let linter = Linter::new(Lexicon::bundled()).expect("the bundled lexicon builds");
        let mut work = Work::default();
        for text in dump::texts(SEED, Mixture::Collector).take(self.rows / 10) {
            linter.check_counting(&Message::text(text), &mut work);
        }
        let share = work.candidates as f64 / work.messages as f64;
        show("18", "candidates among its messages, %", share * 100.0, "<= 25");
        Ok(())
    }

    /// Row 17: a repository of templates, cold, with a warm cache, and searched by ripgrep for all terms.
    fn repository(&self) -> io::Result<()> {
        let Some([cold, warm, search]) = self.repository_times(Density::Usual)? else {
            writeln!(io::stdout(), " 17  ripgrep (rg) isn't installed: not measured")?;
            return Ok(());
        };
        show(
            "17",
            "lint of 5,000 files, cold / rg, two threads",
            ratio(&cold, &search),
            "<= 2.5",
        );
        show(
            "17",
            "the same with a warm cache / cold",
            ratio(&warm, &cold),
            "<= 0.2",
        );
        if let Some([cold, _, search]) = self.repository_times(Density::Fixed(10))? {
            let what = "the same with ten texts in every file, cold / rg";
            show("", what, ratio(&cold, &search), "");
        }
        Ok(())
    }

    /// Times of lint with a cold and a warm cache, and of ripgrep; none without ripgrep.
    fn repository_times(&self, density: Density) -> io::Result<Option<[Vec<Duration>; 3]>> {
        let folder = tempfile::tempdir_in(self.folder.path())?;
        let (files, cache) = (folder.path().join("repository"), folder.path().join("cache"));
        let terms = folder.path().join("terms.txt");
        templates::write(&files, FILES, density, SEED)?;
        let all: Vec<&str> = Lexicon::bundled().stage_terms().collect();
        fs::write(&terms, all.join("\n"))?;
        let lint = || {
            let mut command = Command::new(&self.dunlint);
            command.args(["lint", "--output-format", "jsonl", "--only-findings"]);
            command.arg("--cache-dir").arg(&cache).arg(&files);
            command.env("RAYON_NUM_THREADS", "2");
            run_to_finding(&mut command)
        };
        let search = || {
            let mut command = Command::new("rg");
            command.args(["-j2", "-c", "-F", "-f"]).arg(&terms).arg(&files);
            run_to_finding(&mut command)
        };
        if search().is_err() {
            return Ok(None);
        }
        let mut times: [Vec<Duration>; 3] = Default::default();
        for _ in 0..self.rounds {
            if cache.exists() {
                fs::remove_dir_all(&cache)?;
            }
            times[0].push(lint()?.time);
            times[1].push(lint()?.time);
            times[2].push(search()?.time);
        }
        Ok(Some(times))
    }

    /// Judging the texts, and jieba cutting them, round by round.
    fn beside_jieba(&self, linter: &Linter, texts: &[String]) -> (Vec<Duration>, Vec<Duration>) {
        let jieba = jieba_rs::Jieba::new();
        let messages: Vec<Message> = texts.iter().map(|text| Message::text(text.as_str())).collect();
        let judge = || {
            messages
                .iter()
                .map(|message| linter.check(message).findings.len())
                .sum()
        };
        let cut = || texts.iter().map(|text| jieba.cut(text, true).len()).sum();
        // The dictionary and the weights are loaded meanwhile.
        judge();
        std::thread::sleep(Duration::from_secs(1));
        (0..self.rounds).map(|_| (timed(judge), timed(cut))).unzip()
    }
}

/// Runs a process to its end.
fn run(command: &mut Command) -> io::Result<Taken> {
    run_to(command, &[0])
}

/// Runs a process that may exit with 1 for what it found.
fn run_to_finding(command: &mut Command) -> io::Result<Taken> {
    run_to(command, &[0, 1])
}

fn run_to(command: &mut Command, codes: &[i32]) -> io::Result<Taken> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak_kilobytes = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak_kilobytes = peak_of(child.id()).unwrap_or(0).max(peak_kilobytes);
        // A start-up is measured in milliseconds, a dump in seconds.
        let wait = (start.elapsed() / 50).clamp(Duration::from_micros(100), Duration::from_millis(5));
        std::thread::sleep(wait);
    };
    let time = start.elapsed();
    match status.code().is_some_and(|code| codes.contains(&code)) {
        true => Ok(Taken { time, peak_kilobytes }),
        false => Err(io::Error::other(format!("{command:?} ended with {status}"))),
    }
}

/// The most memory that a process has had in use so far, as Linux tells it.
fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Reads a dump as `screen` does and adds up what is made of each text.
fn each_text(path: &Path, work: impl Fn(&str) -> usize) -> usize {
    let mut reader = Reader::open(&Input::file(path), &ReadOptions::default()).expect("a dump just written");
    let mut sum = 0;
    while let Some(batch) = reader.next_batch().expect("a dump just written") {
        for record in batch.records() {
            if let Ok(record) = record
                && let Body::Text(text) = &record.message.body
            {
                sum += work(text);
            }
        }
        reader.recycle(batch);
    }
    sum
}

fn texts_of(path: &Path) -> Vec<String> {
    let texts = std::cell::RefCell::new(Vec::new());
    each_text(path, |text| {
        texts.borrow_mut().push(text.to_owned());
        0
    });
    texts.into_inner()
}

/// The same with a parser that owns what it reads.
fn owned_records(path: &Path) -> usize {
    #[derive(Deserialize)]
    struct Owned {
        text: String,
    }
    let file = fs::read_to_string(path).expect("a dump just written");
    let records = file
        .lines()
        .map(|line| serde_json::from_str::<Owned>(line).expect("a record"));
    records.map(|record| black_box(record).text.len()).sum()
}
