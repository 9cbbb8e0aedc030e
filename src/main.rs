//! Dev driver, replaced by the command line.
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use dunlint::message::*;
use dunlint::rule::*;
use dunlint::{Lexicon, Linter};
use std::collections::{BTreeMap, BTreeSet};

fn show(lexicon: &Lexicon, m: &Message, l: &Linter) {
    let v = l.check(m);
    println!("  tier {} score {}", v.tier.id(), v.score);
    for f in &v.findings {
        println!("  + {} [{}] {:?} turn {:?} `{}` plain {:?} {:?}", lexicon.rules()[f.rule].id, f.tier.id(), f.confidence, f.place.turn, f.text, f.plain, f.disguises);
    }
    for d in &v.dismissed {
        println!("  - {} `{}` {:?} cue {:?}", lexicon.rules()[d.rule].id, d.place.span.of(m.stretch(d.place.turn)), d.reason, d.cue.map(|c| c.span.of(m.stretch(c.turn)).to_owned()));
    }
}
fn record(j: &serde_json::Value) -> Message<'static> {
    let s = |k: &str| j.get(k).and_then(|v| v.as_str()).map(|s| s.to_owned());
    let body = if let Some(t) = j.get("turns").and_then(|t| t.as_array()) {
        Body::Turns(t.iter().map(|t| Turn { speaker: match t["speaker"].as_str().unwrap_or("") { "agent" => Speaker::Agent, "customer" => Speaker::Customer, "third_party" => Speaker::ThirdParty, _ => Speaker::Unknown }, text: t["text"].as_str().unwrap().to_owned().into(), time: None }).collect())
    } else { Body::Text(s("text").unwrap_or_default().into()) };
    let channel = s("channel").and_then(|c| serde_json::from_value(serde_json::Value::String(c)).ok());
    let role = s("recipient_role").and_then(|c| serde_json::from_value(serde_json::Value::String(c)).ok());
    let kind = s("creditor_kind").and_then(|c| serde_json::from_value(serde_json::Value::String(c)).ok());
    Message { id: Id::Text(s("id").unwrap_or_default().into()), body, channel, recipient_role: role, creditor_kind: kind, time: s("time").and_then(|t| Time::parse(&t)), sender: s("sender").map(Into::into), ..Message::default() }
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let lexicon = match Lexicon::read(std::path::Path::new(&args[2])) { Ok(l) => l, Err(e) => { println!("{e}"); std::process::exit(2) } };
    let linter = Linter::new(&lexicon).unwrap();
    match args[1].as_str() {
        "why" => for t in &args[3..] {
            let j: Result<serde_json::Value, _> = serde_json::from_str(t);
            let m = match &j { Ok(j) if j.is_object() => record(j), _ => Message::text(t.as_str()) };
            println!("{t}"); show(&lexicon, &m, &linter);
        },
        "test" => {
            let only = args.get(3).cloned().unwrap_or_default();
            let (mut pass, mut fail) = (0, 0);
            for (i, r) in lexicon.rules().iter().enumerate().filter(|(_, r)| r.id.starts_with(&only)) {
                for (list, want) in [(&r.hits, true), (&r.misses, false)] {
                    for e in list {
                        let m = Lexicon::example_message(e);
                        let v = linter.check(&m);
                        let found: Vec<_> = v.findings.iter().filter(|f| f.rule == i).collect();
                        let marked = e.marked_text();
                        let mut ok = found.is_empty() != want;
                        if want && ok && let (Some(a), Some(b)) = (marked.find('⟦'), marked.find('⟧')) {
                            let w = &marked[a + 3..b];
                            ok = found.iter().any(|f| f.text == w);
                        }
                        if ok { pass += 1 } else { fail += 1; println!("{} {}: {}", r.id, if want { "MISSING" } else { "NOISY" }, marked); show(&lexicon, &m, &linter); }
                        if !want && v.tier > Tier::Clean && ok { println!("note: miss of {} is flagged by others: {}: {:?}", r.id, marked, v.findings.iter().map(|f| &lexicon.rules()[f.rule].id).collect::<Vec<_>>()); }
                    }
                }
            }
            println!("unused classes: {:?}", lexicon.unused_classes());
            println!("{pass} passed, {fail} failed");
        }
        "eval" => {
            let verbose = args.iter().any(|a| a == "-v");
            let cat = args.iter().find_map(|a| a.strip_prefix("-c")).map(str::to_owned);
            type C = BTreeMap<String, (usize, usize, usize)>;
            let mut cats: C = BTreeMap::new();
            let (mut any, mut tiers, mut ev, mut dis, mut clean) = ([[0usize; 3]; 2], [0usize; 3], [0usize; 2], [0usize; 2], [[0usize; 3]; 2]);
            for f in args[3..].iter().filter(|a| !a.starts_with('-')) {
                for line in std::fs::read_to_string(f).unwrap().lines() {
                    let j: serde_json::Value = serde_json::from_str(line).unwrap();
                    let m = record(&j);
                    let v = linter.check(&m);
                    let want: BTreeSet<String> = j["labels"].as_array().unwrap().iter().map(|x| x.as_str().unwrap().to_owned()).collect();
                    let got: BTreeSet<String> = v.categories.iter().map(|c| c.id().to_owned()).collect();
                    let k = usize::from(j["channel"] == "call");
                    let (w, g) = (!want.is_empty(), v.tier > Tier::Clean);
                    any[k][if w && g { 0 } else if g { 1 } else if w { 2 } else { continue_clean(&mut clean, &j, v.tier); count_tier(&mut tiers, &j, v.tier); continue }] += 1;
                    if !w { continue_clean(&mut clean, &j, v.tier); }
                    count_tier(&mut tiers, &j, v.tier);
                    for c in want.union(&got) {
                        let e = cats.entry(c.clone()).or_default();
                        match (want.contains(c), got.contains(c)) { (true, true) => e.0 += 1, (false, true) => e.1 += 1, _ => e.2 += 1 }
                    }
                    for q in j["evidence"].as_array().into_iter().flatten() {
                        ev[1] += 1;
                        let quote = q["quote"].as_str().unwrap();
                        let turn = q.get("turn").and_then(|t| t.as_u64()).map(|t| t as usize);
                        let t = m.stretch(turn);
                        let starts: Vec<usize> = t.match_indices(quote).map(|(i, _)| i).collect();
                        let ok = v.findings.iter().any(|f| f.category.id() == q["label"] && f.place.turn == turn && f.text.chars().count() <= 2 * quote.chars().count() && starts.iter().any(|&s| f.place.span.overlaps(dunlint::span::Span::new(s, s + quote.len()))));
                        ev[0] += usize::from(ok);
                    }
                    if w && let Some(p) = j.get("plain").and_then(|p| p.as_str()) {
                        let mut pm = m.clone(); pm.body = Body::Text(p.to_owned().into());
                        if linter.check(&pm).tier > Tier::Clean { dis[1] += 1; dis[0] += usize::from(g); if !g && verbose { println!("DISGUISE {} {:?} {}", m.id, j["disguises"], j["text"]); } }
                    }
                    let bad = match &cat { Some(c) => want.contains(c) != got.contains(c), None => w != g };
                    if verbose && bad {
                        println!("{} {} want {:?} {} evidence {}", if g && !w { "FALSE" } else if w && !g { "MISS " } else { "CATEG" }, m.id, want, j["tier"], j["evidence"]);
                        match &m.body { Body::Text(t) => println!("    {t}"), Body::Turns(ts) => for (i, t) in ts.iter().enumerate() { println!("    {i} {:?}: {}", t.speaker, t.text) } }
                        show(&lexicon, &m, &linter);
                    }
                }
            }
            let f1 = |a: &[usize; 3]| { let (p, r) = (a[0] as f64 / (a[0] + a[1]).max(1) as f64, a[0] as f64 / (a[0] + a[2]).max(1) as f64); format!("P {p:.3} R {r:.3} F1 {:.3} (tp {} fp {} fn {})", 2.0 * p * r / (p + r).max(1e-9), a[0], a[1], a[2]) };
            println!("messages {}\ncalls    {}", f1(&any[0]), f1(&any[1]));
            let mut sum = [0; 3];
            for (c, e) in &cats { let a = [e.0, e.1, e.2]; for i in 0..3 { sum[i] += a[i]; } println!("  {c:14} {}", f1(&a)); }
            println!("categories micro {}", f1(&sum));
            println!("tier exact {:.3} within one {:.3}", tiers[0] as f64 / tiers[2] as f64, tiers[1] as f64 / tiers[2] as f64);
            println!("evidence {:.3}   disguised {}/{} = {:.3}", ev[0] as f64 / ev[1].max(1) as f64, dis[0], dis[1], dis[0] as f64 / dis[1].max(1) as f64);
            for (i, n) in ["clean collection", "clean hard (other genres)"].iter().enumerate() { println!("{n}: flagged {}/{} = {:.3}, at warning {}", clean[i][1], clean[i][0], clean[i][1] as f64 / clean[i][0].max(1) as f64, clean[i][2]); }
        }
        _ => {}
    }
}
fn continue_clean(clean: &mut [[usize; 3]; 2], j: &serde_json::Value, tier: Tier) {
    let i = usize::from(j["genre"] != "collection");
    clean[i][0] += 1; clean[i][1] += usize::from(tier > Tier::Clean); clean[i][2] += usize::from(tier > Tier::Notice);
}
fn count_tier(t: &mut [usize; 3], j: &serde_json::Value, got: Tier) {
    let want = Tier::ALL.iter().position(|x| x.id() == j["tier"]).unwrap() as i32;
    let d = (want - got as i32).abs();
    t[2] += 1; t[1] += usize::from(d <= 1); t[0] += usize::from(d == 0);
}
