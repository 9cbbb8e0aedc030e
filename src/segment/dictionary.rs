//! jieba's words: all of them, or as many as some text can hold.
//!
//! In: texts to be cut. Out: a [`Jieba`] that cuts them exactly as one with all words does. Loading all words takes a
//! tenth of a second and 32 MB; the words that stand in a block are found in 30 µs, because the list is sorted and lies in
//! the binary as it is. One word that stands in no text carries the frequency of all that are left out, so that every
//! probability stays what it is.

use std::fmt::Write;
use std::sync::OnceLock;

use jieba_rs::Jieba;

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
pub(super) struct OwnWords {
    words: Vec<(String, usize)>,
    /// The frequencies of jieba's words of the same text.
    replaced: usize,
}

impl OwnWords {
    /// Gives each word the frequency at which jieba doesn't cut it.
    pub(super) fn new(words: &[String]) -> Self {
        let mut jieba = holding(words.iter().map(String::as_str), &Self::default());
        let mut own = Self::default();
        for word in words {
            if own.words.iter().any(|(known, _)| known == word) {
                continue;
            }
            own.replaced += frequency_of(word).unwrap_or(0);
            own.words.push((word.clone(), jieba.add_word(word, None, None)));
        }
        own
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Adds them to jieba's own words.
    pub(super) fn add_to(&self, jieba: &mut Jieba) {
        for (word, frequency) in &self.words {
            jieba.add_word(word, Some(*frequency), None);
        }
    }

    fn total(&self) -> usize {
        let own = self.words.iter().map(|(_, frequency)| frequency);
        TOTAL - self.replaced + own.sum::<usize>()
    }
}

/// jieba with the words that these texts can hold, and `own` ones. O(characters · log words).
pub(super) fn holding<'t>(texts: impl Iterator<Item = &'t str> + Clone, own: &OwnWords) -> Jieba {
    let mut lines: Vec<(&str, usize)> = Vec::new();
    for text in texts.clone() {
        for (at, _) in text.char_indices() {
            words_at(&text[at..], |word, frequency| lines.push((word, frequency)));
        }
    }
    let is_own = |word: &str| own.words.iter().any(|(known, _)| known == word);
    lines.retain(|(word, _)| !is_own(word));
    for (word, frequency) in &own.words {
        if texts.clone().any(|text| text.contains(word.as_str())) {
            lines.push((word, *frequency));
        }
    }
    lines.sort_unstable();
    lines.dedup();
    let held: usize = lines.iter().map(|(_, frequency)| frequency).sum();
    lines.push((ELSEWHERE, own.total() - held));
    let mut dictionary = String::with_capacity(lines.len() * 16);
    for (word, frequency) in lines {
        writeln!(dictionary, "{word} {frequency}").expect("a string takes everything");
    }
    Jieba::with_dict(&mut dictionary.as_bytes()).expect("every line is a word and its frequency")
}

/// Calls `found` with every word that begins this text, and its frequency.
fn words_at(text: &str, mut found: impl FnMut(&'static str, usize)) {
    let (mut low, mut high) = (0, WORDS.len());
    for (at, character) in text.char_indices() {
        let prefix = &text[..at + character.len_utf8()];
        low = first_line(low, high, |word| word < prefix);
        high = first_line(low, high, |word| word.starts_with(prefix));
        if low == high {
            return;
        }
        // A word comes before all longer ones that begin with it.
        let line = line_at(low);
        if word_of(line) == prefix {
            found(word_of(line), frequency_in(line));
        }
    }
}

/// The frequency of one of jieba's words.
fn frequency_of(word: &str) -> Option<usize> {
    let mut frequency = None;
    words_at(word, |found, own| {
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
        words_at("中国人民银行的", |word, _| found.push(word));
        assert_eq!(found, ["中", "中国", "中国人民银行"]);
        assert_eq!(frequency_of("中国"), Some(129_470));
        assert_eq!(frequency_of("青禾贷"), None);
    }

    fn cut(jieba: &Jieba, text: &str) -> Vec<String> {
        let tokens = jieba.cut(text, true).into_iter();
        tokens.map(|token| token.word.to_owned()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn few_words_cut_as_all_words_do(text in "[打断你的腿还钱催收法院学校家人中国人民银行花呗分期借款律师函起诉a-c1-3+#.%]{1,60}") {
            let own = OwnWords::new(&["花呗分期".to_owned(), "打断".to_owned(), "断你".to_owned()]);
            let texts = std::iter::once(text.as_str());
            prop_assert_eq!(cut(&holding(texts.clone(), &OwnWords::default()), &text), cut(whole(), &text));
            let mut all = load();
            for (word, _) in &own.words {
                all.add_word(word, None, None);
            }
            prop_assert_eq!(cut(&holding(texts, &own), &text), cut(&all, &text));
        }
    }
}
