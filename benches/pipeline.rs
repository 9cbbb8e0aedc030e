//! A group for each stage and one end to end, with bytes a second, on seeded messages. Beside each timing the
//! number of things found is asserted, so that a faster stage that finds less fails. Names never change;
//! `benches/record.csv` keeps dated results.
//!
//! The last group measures in one run what the project promises: judging against jieba cutting every message.

mod dump;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dump::{Layout, Mixture};
use dunlint::linter::Work;
use dunlint::read::{ReadOptions, Reader};
use dunlint::{Lexicon, Linter, Message};

const MESSAGES: usize = 5_000;
const SEED: u64 = 7;

fn texts(mixture: Mixture) -> Vec<String> {
    dump::texts(SEED, mixture).take(MESSAGES).collect()
}

fn bytes(texts: &[String]) -> Throughput {
    Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum())
}

fn stages(criterion: &mut Criterion) {
    let linter = Linter::new(Lexicon::bundled()).expect("the bundled lexicon builds");
    let texts = texts(Mixture::Carrier);
    let mut group = criterion.benchmark_group("stage");
    group.throughput(bytes(&texts)).sample_size(20);
    let sum = |stage: &dyn Fn(&str) -> usize| texts.iter().map(|text| stage(black_box(text))).sum::<usize>();

    let plain = sum(&|text| linter.stage_normalize(text));
    group.bench_function("normalize", |bencher| {
        bencher.iter(|| assert_eq!(sum(&|text| linter.stage_normalize(text)), plain));
    });
    let hits = sum(&|text| linter.stage_search(text));
    group.bench_function("search", |bencher| {
        bencher.iter(|| assert_eq!(sum(&|text| linter.stage_search(text)), hits));
    });
    let open = sum(&|text| linter.stage_gate(text));
    group.bench_function("gate", |bencher| {
        bencher.iter(|| assert_eq!(sum(&|text| linter.stage_gate(text)), open));
    });
    let tokens = sum(&|text| linter.stage_segment(text, 0..text.len().min(30)));
    group.bench_function("segment", |bencher| {
        bencher.iter(|| {
            assert_eq!(
                sum(&|text| linter.stage_segment(text, 0..text.len().min(30))),
                tokens
            )
        });
    });
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for (name, layout) in [("jsonl", Layout::Jsonl), ("csv", Layout::Csv)] {
        let mut file = Vec::new();
        dump::write(&mut file, MESSAGES, SEED, layout, Mixture::Carrier).expect("memory takes everything");
        group
            .throughput(Throughput::Bytes(file.len() as u64))
            .sample_size(20);
        let count = || {
            let mut reader = Reader::new(name, std::io::Cursor::new(file.clone()), &ReadOptions::default())
                .expect("a known format");
            let mut messages = 0;
            while let Some(batch) = reader.next_batch().expect("memory doesn't fail") {
                messages += batch.records().filter(Result::is_ok).count();
            }
            messages
        };
        group.bench_function(name, |bencher| bencher.iter(|| assert_eq!(count(), MESSAGES)));
    }
    group.finish();
}

fn end_to_end(criterion: &mut Criterion) {
    let linter = Linter::new(Lexicon::bundled()).expect("the bundled lexicon builds");
    let jieba = jieba_rs::Jieba::new();
    for (name, mixture) in [("carrier", Mixture::Carrier), ("collector", Mixture::Collector)] {
        let texts = texts(mixture);
        let messages: Vec<Message> = texts.iter().map(|text| Message::text(text.as_str())).collect();
        let mut group = criterion.benchmark_group(name);
        group.throughput(bytes(&texts)).sample_size(20);
        let check = || {
            let mut work = Work::default();
            let findings: usize = messages
                .iter()
                .map(|message| {
                    linter
                        .check_counting(black_box(message), &mut work)
                        .findings
                        .len()
                })
                .sum();
            (findings, work.candidates)
        };
        let expected = check();
        group.bench_function("check", |bencher| bencher.iter(|| assert_eq!(check(), expected)));
        let cut = || {
            texts
                .iter()
                .map(|text| jieba.cut(black_box(text), true).len())
                .sum::<usize>()
        };
        let tokens = cut();
        group.bench_function("jieba-everything", |bencher| {
            bencher.iter(|| assert_eq!(cut(), tokens))
        });
        group.finish();
    }
}

criterion_group!(benches, stages, reading, end_to_end);
criterion_main!(benches);
