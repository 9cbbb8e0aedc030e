//! jieba's words: all of them, or as many as some texts can hold.
//!
//! In: texts to be cut. Out: a [`Jieba`] that cuts them exactly as one with all words does. Loading all words takes a
//! tenth of a second and 32 MB; those that stand in a block are found in 15 µs, because the list is sorted and lies in
//! the binary as it is. One word that stands in no text carries the frequency of all that are left out, so that every
//! probability stays what it is.

use std::ops::Range;
use std::sync::OnceLock;

use jieba_rs::Jieba;
use rustc_hash::FxHashMap;

/// A line a word, with its frequency, in the order of their bytes.
static WORDS: &str = include_str!("words.txt");

/// The frequencies of all words together.
const TOTAL: usize = 60_101_964;

/// Stands for all words left out: nobody's text holds two noncharacters in one block.
const ELSEWHERE: &str = "\u{10FFFF}\u{10FFFF}";

/// All words, loaded once a process.
static WHOLE: OnceLock<Jieba> = OnceLock::new();

/// jieba with all its words. A tenth of a second the first time.
pub(super) fn whole() -> &'static Jieba {
    WHOLE.get_or_init(load)
}

/// The same, if it is loaded already.
pub(super) fn whole_if_loaded() -> Option<&'static Jieba> {
    WHOLE.get()
}

/// A copy of its own of jieba with all its words.
pub(super) fn load() -> Jieba {
    Jieba::with_dict(&mut WORDS.as_bytes()).expect("every line is a word and its frequency")
}

/// Words with frequencies of their own, in place of jieba's or besides them.
#[derive(Debug, Default)]
pub(super) struct OwnWords(Vec<(String, usize)>);

impl OwnWords {
    /// Gives each word the frequency at which jieba doesn't cut it.
    pub(super) fn new(words: &[String]) -> Self {
        let mut jieba = MetWords::new(&Self::default());
        let mut own = Self::default();
        for word in words {
            jieba.meet(word);
        }
        for word in words {
            let is_known = own.0.iter().any(|(known, _)| known == word);
            if !is_known {
                own.0.push((word.clone(), jieba.jieba.add_word(word, None, None)));
            }
        }
        own
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds them to jieba's own words.
    pub(super) fn add_to(&self, jieba: &mut Jieba) {
        for (word, frequency) in &self.0 {
            jieba.add_word(word, Some(*frequency), None);
        }
    }
}

/// jieba with the words of the texts met so far.
#[derive(Debug)]
pub(super) struct MetWords {
    jieba: Jieba,
    /// The frequencies of the words left out.
    elsewhere: usize,
    /// The lines of the words that begin with a character met before.
    lines: FxHashMap<char, Range<usize>>,
}

impl MetWords {
    /// With a company's own words and no others.
    pub(super) fn new(own: &OwnWords) -> Self {
        let mut jieba = Jieba::empty();
        own.add_to(&mut jieba);
        let replaced = own.0.iter().filter_map(|(word, _)| frequency_of(word));
        Self {
            jieba,
            elsewhere: TOTAL - replaced.sum::<usize>(),
            lines: FxHashMap::default(),
        }
    }

    /// jieba with all words that this text can hold. O(characters · log words), and little for a text of words met before.
    pub(super) fn meet(&mut self, text: &str) -> &Jieba {
        for (at, first) in text.char_indices() {
            let lines = self.lines.entry(first).or_insert_with(|| lines_of(first));
            words_at(&text[at..], lines.clone(), |word, frequency| {
                if !self.jieba.has_word(word) {
                    self.jieba.add_word(word, Some(frequency), None);
                    self.elsewhere -= frequency;
                }
            });
        }
        self.jieba.add_word(ELSEWHERE, Some(self.elsewhere), None);
        &self.jieba
    }
}

/// The lines of the words that begin with a character.
fn lines_of(first: char) -> Range<usize> {
    let (mut prefix, all) = ([0; 4], 0..WORDS.len());
    lines_from(all, first.encode_utf8(&mut prefix))
}

/// Those of these lines whose words begin like this; all before them come before, all after them don't.
fn lines_from(lines: Range<usize>, prefix: &str) -> Range<usize> {
    let start = first_line(lines.start, lines.end, |word| word < prefix);
    start..first_line(start, lines.end, |word| word.starts_with(prefix))
}

/// Calls `found` with every word that begins this text, and its frequency. `lines` are those of its first character.
fn words_at(text: &str, mut lines: Range<usize>, mut found: impl FnMut(&'static str, usize)) {
    for (at, character) in text.char_indices() {
        let prefix = &text[..at + character.len_utf8()];
        if at > 0 {
            lines = lines_from(lines, prefix);
        }
        if lines.is_empty() {
            return;
        }
        // A word comes before all longer ones that begin with it.
        let line = line_at(lines.start);
        if word_of(line) == prefix {
            found(word_of(line), frequency_in(line));
        }
    }
}

/// The frequency of one of jieba's words.
fn frequency_of(word: &str) -> Option<usize> {
    let mut frequency = None;
    let lines = lines_of(word.chars().next()?);
    words_at(word, lines, |found, own| {
        if found == word {
            frequency = Some(own);
        }
    });
    frequency
}

/// The start of the first line in this range, which begins and ends with lines, whose word isn't `before`; those that
/// are come first.
fn first_line(mut low: usize, mut high: usize, before: impl Fn(&str) -> bool) -> usize {
    while low < high {
        let bytes = &WORDS.as_bytes()[low..high];
        let middle = memchr::memrchr(b'\n', &bytes[..bytes.len() / 2]).map_or(low, |end| low + end + 1);
        let line = line_at(middle);
        if before(word_of(line)) {
            low = middle + line.len() + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn line_at(start: usize) -> &'static str {
    let rest = &WORDS[start..];
    match memchr::memchr(b'\n', rest.as_bytes()) {
        Some(end) => &rest[..end],
        None => rest,
    }
}

fn word_of(line: &'static str) -> &'static str {
    line.split_once(' ').expect("a word and its frequency").0
}

fn frequency_in(line: &str) -> usize {
    let (_, frequency) = line.split_once(' ').expect("a word and its frequency");
    frequency.parse().expect("frequencies are numbers")
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_list_is_sorted_and_complete() {
        let words = WORDS.lines().map(word_of);
        assert!(words.is_sorted_by(|left, right| left < right));
        assert_eq!(WORDS.lines().map(frequency_in).sum::<usize>(), TOTAL);
        assert!(WORDS.ends_with('\n'));
    }

    #[test]
    fn the_words_at_a_place_are_found() {
        let mut found = Vec::new();
        words_at("中国人民银行的", lines_of('中'), |word, _| {
            found.push(word)
        });
        assert_eq!(found, ["中", "中国", "中国人民银行"]);
        assert_eq!(frequency_of("中国"), Some(129_470));
        assert_eq!(frequency_of("青禾贷"), None);
    }

    fn cut(jieba: &Jieba, text: &str) -> Vec<String> {
        let tokens = jieba.cut(text, true).into_iter();
        tokens.map(|token| token.word.to_owned()).collect()
    }

    /// A company's words, and jieba with all of its own and these.
    static COMPANY: LazyLock<(OwnWords, Jieba)> = LazyLock::new(|| {
        let own = OwnWords::new(&["花呗分期".to_owned(), "打断".to_owned(), "断你".to_owned()]);
        let mut all = load();
        for (word, _) in &own.0 {
            all.add_word(word, None, None);
        }
        (own, all)
    });

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn few_words_cut_as_all_words_do(text in "[打断你的腿还钱催收法院学校家人中国人民银行花呗分期借款律师函起诉a-c1-3+#.%]{1,60}") {
            let (own, all) = &*COMPANY;
            let mut met = MetWords::new(&OwnWords::default());
            let mut met_with_own = MetWords::new(own);
            // What was met before changes nothing.
            let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
            for text in [&text[middle..], &text[..]] {
                prop_assert_eq!(cut(met.meet(text), text), cut(whole(), text));
                prop_assert_eq!(cut(met_with_own.meet(text), text), cut(all, text));
            }
        }
    }
}
