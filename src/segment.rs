//! Word boundaries around a hit.
//!
//! In: a reading and the span of a hit. Out: whether the hit begins and ends at boundaries of jieba's tokens.
//! Only the block around the hit is cut: jieba cuts maximal runs of its own character class independently, so
//! a block gives the same tokens as the whole text (a property test holds this). A few blocks are cut with the few
//! words that can stand in them; where there are very many, all words are loaded meanwhile on a thread of their own, once a
//! process.

mod dictionary;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jieba_rs::Jieba;
use rustc_hash::FxHashMap;

use crate::linter::Work;
use crate::span::NormSpan;
use dictionary::{MetWords, OwnWords};

/// Cuts blocks; shared by all threads.
#[derive(Debug)]
pub(crate) struct Segmenter {
    words: Vec<String>,
    /// Blocks cut so far.
    cut: AtomicU64,
    own: OnceLock<Arc<OwnDictionary>>,
}

/// A company's words, and jieba with them once all words are loaded.
#[derive(Debug)]
struct OwnDictionary {
    words: OwnWords,
    met: Mutex<MetWords>,
    whole: OnceLock<Jieba>,
}

/// So many blocks are cut with the words met so far: to look for those of a block takes 15 µs, and to load all of them a
/// tenth of a second and 32 MB. A million messages of ordinary traffic have some 4,000 such blocks.
const BLOCKS_BEFORE_LOADING: u64 = 10_000;

/// The blocks of one message that were cut already, by stretch, reading and first byte.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    ends: FxHashMap<(u32, u8, usize), Vec<usize>>,
}

/// Enough for every ordinary sentence; a longer run without any punctuation is cut in pieces of about this many
/// bytes around the hit, so that one hostile line can't make every hit cost a megabyte.
const LONGEST_BLOCK_BYTES: usize = 3_000;

impl Segmenter {
    /// A segmenter with these words added to jieba's own.
    pub(crate) fn new(words: &[String]) -> Self {
        Self {
            words: words.to_vec(),
            cut: AtomicU64::new(0),
            own: OnceLock::new(),
        }
    }

    /// Whether both ends of a span of a reading's text are token boundaries.
    pub(crate) fn is_whole_words(
        &self,
        text: &str,
        span: NormSpan,
        place: (u32, u8),
        blocks: &mut Blocks,
        work: &mut Work,
    ) -> bool {
        [span.start, span.end]
            .into_iter()
            .all(|at| self.is_boundary(text, at, place, blocks, work))
    }

    /// The tokens that overlap a span, as byte ranges of the text.
    pub(crate) fn tokens_over(
        &self,
        text: &str,
        span: NormSpan,
        place: (u32, u8),
        blocks: &mut Blocks,
        work: &mut Work,
    ) -> Vec<NormSpan> {
        let mut tokens = Vec::new();
        let mut at = span.start;
        while at < span.end {
            let character = text[at..].chars().next().expect("a span ends inside its text");
            let block = is_block_character(character)
                .then(|| block_around(text, at))
                .flatten();
            let Some(block) = block else {
                at += character.len_utf8();
                continue;
            };
            let mut start = block.start;
            for &end in self.cut(text, block, place, blocks, work) {
                if start < span.end && end > span.start {
                    tokens.push(NormSpan::new(start, end));
                }
                start = end;
            }
            at = block.end;
        }
        tokens
    }

    fn is_boundary(
        &self,
        text: &str,
        at: usize,
        place: (u32, u8),
        blocks: &mut Blocks,
        work: &mut Work,
    ) -> bool {
        let glues = |character: Option<char>| character.is_some_and(is_block_character);
        if !glues(text[..at].chars().next_back()) || !glues(text[at..].chars().next()) {
            return true;
        }
        let block = block_around(text, at).expect("a block character stands at the place");
        self.cut(text, block, place, blocks, work)
            .binary_search(&at)
            .is_ok()
    }

    /// The ends of a block's tokens, in order.
    fn cut<'b>(
        &self,
        text: &str,
        block: NormSpan,
        (stretch, reading): (u32, u8),
        blocks: &'b mut Blocks,
        work: &mut Work,
    ) -> &'b [usize] {
        blocks
            .ends
            .entry((stretch, reading, block.start))
            .or_insert_with(|| {
                let words = block.of(text);
                work.blocks_cut += 1;
                work.characters_cut += words.chars().count() as u64;
                let mut end = block.start;
                let tokens = self.tokens(words, work).into_iter();
                tokens
                    .map(|length| {
                        end += length;
                        end
                    })
                    .collect()
            })
    }

    /// The lengths of a block's tokens, in bytes.
    fn tokens(&self, block: &str, work: &mut Work) -> Vec<usize> {
        let own = self.own.get_or_init(|| OwnDictionary::new(&self.words).into());
        if self.cut.fetch_add(1, Ordering::Relaxed) + 1 == BLOCKS_BEFORE_LOADING {
            work.dictionary_loads += 1;
            let own = Arc::clone(own);
            // Nobody waits for it: until it is ready, few words do.
            std::thread::spawn(move || own.load());
        }
        let lengths = |jieba: &Jieba| {
            let tokens = jieba.cut(block, true).into_iter();
            tokens.map(|token| token.word.len()).collect()
        };
        match own.whole_if_loaded() {
            Some(whole) => lengths(whole),
            None => lengths(own.met.lock().unwrap_or_else(PoisonError::into_inner).meet(block)),
        }
    }
}

impl OwnDictionary {
    fn new(words: &[String]) -> Self {
        let words = OwnWords::new(words);
        Self {
            met: MetWords::new(&words).into(),
            words,
            whole: OnceLock::new(),
        }
    }

    /// Loads all words: those of jieba once a process, those of a company besides.
    fn load(&self) {
        if self.words.is_empty() {
            dictionary::whole();
            return;
        }
        self.whole.get_or_init(|| {
            let mut jieba = dictionary::load();
            self.words.add_to(&mut jieba);
            jieba
        });
    }

    fn whole_if_loaded(&self) -> Option<&Jieba> {
        match self.words.is_empty() {
            true => dictionary::whole_if_loaded(),
            false => self.whole.get(),
        }
    }
}

/// The run of jieba's own character class around a byte.
fn block_around(text: &str, at: usize) -> Option<NormSpan> {
    let before = text[..at].char_indices().rev();
    let start = before
        .take_while(|(_, character)| is_block_character(*character))
        .take_while(|(start, _)| at - start <= LONGEST_BLOCK_BYTES / 2)
        .last()
        .map_or(at, |(start, _)| start);
    let after = text[at..].char_indices();
    let end = after
        .take_while(|(_, character)| is_block_character(*character))
        .take_while(|(offset, _)| *offset <= LONGEST_BLOCK_BYTES / 2)
        .last()
        .map_or(at, |(offset, character)| at + offset + character.len_utf8());
    (start < end).then(|| NormSpan::new(start, end))
}

/// jieba's class of characters that it cuts together: Han, ASCII letters and digits, seven signs.
fn is_block_character(character: char) -> bool {
    matches!(character,
        'a'..='z' | 'A'..='Z' | '0'..='9' | '+' | '#' | '&' | '.' | '_' | '%' | '-'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2A6DF}' | '\u{2A700}'..='\u{2CEAF}' | '\u{2CEB0}'..='\u{2EBEF}'
        | '\u{2F800}'..='\u{2FA1F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boundaries_of_whole(jieba: &Jieba, text: &str) -> Vec<usize> {
        let mut end = 0;
        let tokens = jieba.cut(text, true).into_iter();
        tokens
            .map(|token| {
                end += token.word.len();
                end
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_block_is_cut_as_in_the_whole_text(text in "([打断你的腿还钱催收法院学校家人a-c1-3+#&._%\\-]{1,9}[，。！ *@（）]{0,2}){1,8}") {
            let segmenter = Segmenter::new(&[]);
            let whole = boundaries_of_whole(dictionary::whole(), &text);
            let (mut blocks, mut work) = (Blocks::default(), Work::default());
            for (at, _) in text.char_indices().skip(1) {
                let is_inside = is_block_character(text[..at].chars().next_back().unwrap())
                    && is_block_character(text[at..].chars().next().unwrap());
                if is_inside {
                    let found = segmenter.is_boundary(&text, at, (0, 0), &mut blocks, &mut work);
                    prop_assert_eq!(found, whole.binary_search(&at).is_ok(), "{} at {}", text, at);
                }
            }
        }
    }

    #[test]
    fn the_dictionary_is_loaded_once_and_only_for_many_blocks() {
        for words in [&[][..], &["青禾贷".to_owned()]] {
            let segmenter = Segmenter::new(words);
            let (mut blocks, mut work) = (Blocks::default(), Work::default());
            assert!(segmenter.is_whole_words("，", NormSpan::new(0, 3), (0, 0), &mut blocks, &mut work));
            assert_eq!((work.dictionary_loads, work.blocks_cut), (0, 0));
            let text = "体操你好";
            assert!(!segmenter.is_whole_words(text, NormSpan::new(3, 9), (0, 0), &mut blocks, &mut work));
            assert!(segmenter.is_whole_words(text, NormSpan::new(6, 12), (0, 0), &mut blocks, &mut work));
            assert_eq!(
                (work.dictionary_loads, work.blocks_cut, work.characters_cut),
                (0, 1, 4)
            );
            let own = "找青禾贷款";
            for stretch in 1..2 * BLOCKS_BEFORE_LOADING {
                let place = (stretch as u32, 0);
                let is_whole =
                    segmenter.is_whole_words(own, NormSpan::new(3, 12), place, &mut blocks, &mut work);
                assert_eq!(is_whole, !words.is_empty());
            }
            assert_eq!(work.dictionary_loads, 1);
        }
    }
}
