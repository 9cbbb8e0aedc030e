use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use super::*;
use crate::report::survey::tests::{HOSTILE, hostile_survey, joined_survey, small_survey};

fn written(survey: &Survey) -> Vec<u8> {
    let mut out = Vec::new();
    write(survey, &mut out).unwrap();
    out
}

fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<Data>> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range(name).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn sheets_hold_the_figures() {
    let survey = small_survey(Lang::Zh);
    let bytes = written(&survey);
    let agencies = sheet(&bytes, "机构");
    assert_eq!(agencies.len(), 1 + survey.agencies.len());
    assert_eq!(
        agencies[1][..3],
        [Data::String("甲公司".into()), Data::Float(5.0), Data::Float(3.0)]
    );
    let worst = sheet(&bytes, "最严重的消息");
    assert_eq!(
        worst[1][0],
        Data::String("00000000001234567890123".into()),
        "ids are texts"
    );
    assert_eq!(sheet(&bytes, "发现")[1][6], Data::String("打断你的腿".into()));
    let english = written(&small_survey(Lang::En));
    assert_eq!(sheet(&english, "Worst messages").len(), worst.len());
    assert!(bytes == written(&survey), "the same survey, the same bytes");
}

#[test]
fn templates_have_their_flagged_messages_and_inputs_what_is_wrong() {
    let bytes = written(&small_survey(Lang::En));
    let templates = sheet(&bytes, "Templates");
    let column = templates[0]
        .iter()
        .position(|cell| *cell == Data::String("Flagged".into()));
    assert_eq!(templates[1][column.unwrap()], Data::Float(2.0));
    let inputs = sheet(&bytes, "Inputs");
    let failed = inputs.last().unwrap();
    assert_eq!(failed[..2], [Data::String("c.xlsx".into()), Data::Empty]);
    assert_eq!(failed.last(), Some(&Data::String("encrypted".into())));
}

#[test]
fn what_several_messages_say_together_is_marked() {
    let bytes = written(&joined_survey(Lang::Zh));
    let worst = sheet(&bytes, "最严重的消息");
    let joined: Vec<_> = worst[1..].iter().filter(|row| row[12] != Data::Empty).collect();
    let [joined] = &joined[..] else {
        panic!("{joined:?}")
    };
    assert_eq!(
        (&joined[0], &joined[12]),
        (&Data::String("7".into()), &Data::String("7\n9".into()))
    );
    let findings = sheet(&bytes, "发现");
    let evidence = Data::String("打断 / 你的腿".into());
    assert!(findings.iter().any(|row| row[6] == evidence), "{findings:?}");
    let overview = sheet(&bytes, "概况");
    let told = Data::String("合并才构成的发现（不计入消息）：严重".into());
    assert!(
        overview
            .iter()
            .any(|row| row[0] == told && row[1] == Data::Float(2.0))
    );
}

#[test]
fn hostile_text_is_text() {
    for (lang, name, inputs) in [
        (Lang::Zh, "最严重的消息", "输入"),
        (Lang::En, "Worst messages", "Inputs"),
    ] {
        let bytes = written(&hostile_survey(lang));
        let worst = sheet(&bytes, name);
        assert_eq!(worst[1][0], Data::String(HOSTILE.into()));
        assert_eq!(
            sheet(&bytes, inputs)[1][0],
            Data::String("=cmd|' /C calc'!A0".into())
        );
        let mut workbook = Xlsx::new(Cursor::new(&bytes[..])).unwrap();
        for name in workbook.sheet_names() {
            let formulas = workbook.worksheet_formula(&name).unwrap();
            assert!(
                formulas.cells().all(|(_, _, formula)| formula.is_empty()),
                "{name}"
            );
        }
    }
}
