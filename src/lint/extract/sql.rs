//! SQL statements.
//!
//! In: a script or a dump. Out: its string literals with Han text, under `table.rows[n].column` where they are inserted (rows are
//! counted by table over the whole file) and `table.column` where they are set, and its comments. Conditions and the
//! comments of a schema are no texts. The tokens are the library's: `sql/tokens.rs`. It understands no further
//! grammar, so that a dialect that nobody knows doesn't keep texts from being found.

mod tokens;

use std::collections::HashMap;

use sqlparser::dialect::{Dialect, PostgreSqlDialect};
use sqlparser::tokenizer::Token;

use super::nest::push_name;
use super::{Comment, Extracted, Problem};
use crate::error::say;
use crate::lint::passage::has_han;
use crate::lint::source::Source;
use crate::read::{ColumnOverrides, Field};
use crate::span::Span;
use tokens::{Backslashes, Fault, Placed};

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let (usual, other): (&dyn Dialect, &dyn Dialect) = match is_standard(text) {
        true => (&PostgreSqlDialect {}, &Backslashes),
        false => (&Backslashes, &PostgreSqlDialect {}),
    };
    let (own, fault) = read(text, usual);
    let Some(fault) = fault else { return own };
    // `'C:\'` is whole in one dialect and open in the other.
    let (further, None) = read(text, other) else {
        return told(own, fault);
    };
    further
}

fn told(mut own: Extracted, Fault { at, message }: Fault) -> Extracted {
    own.problems.push(Problem {
        at,
        reason: say!("不是有效的 SQL：{message}", "not valid SQL: {message}"),
    });
    own
}

/// Whether a script says of itself that a backslash stands for itself, as in PostgreSQL; it does in no other dialect that is
/// much used with backslashes in texts.
fn is_standard(text: &str) -> bool {
    let signs = [
        "$$",
        " E'",
        ",E'",
        "(E'",
        "U&'",
        "::",
        "search_path",
        "pg_catalog",
    ];
    signs.iter().any(|sign| text.contains(sign)) && !text.contains('`')
}

fn read(text: &str, dialect: &dyn Dialect) -> (Extracted, Option<Fault>) {
    let mut reader = Reader {
        text,
        has_backslashes: dialect.supports_string_literal_backslash_escape(),
        tables: HashMap::new(),
        own: Extracted::default(),
    };
    let fault = tokens::each_statement(text, dialect, &mut |tokens| reader.statement(tokens)).err();
    (reader.own, fault)
}

/// What is read of a script.
struct Reader<'t> {
    text: &'t str,
    has_backslashes: bool,
    tables: HashMap<String, Table>,
    own: Extracted,
}

/// What is known of a table.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    /// Rows that were inserted.
    rows: usize,
}

/// What may stand between INSERT or UPDATE and the table.
const MODIFIERS: &[&str] = &[
    "ignore",
    "low_priority",
    "high_priority",
    "delayed",
    "overwrite",
    "only",
];

/// What begins an entry of a table's definition that is no column.
const NO_COLUMNS: &[&str] = &[
    "primary",
    "key",
    "unique",
    "constraint",
    "index",
    "foreign",
    "check",
    "fulltext",
    "spatial",
];

/// Tokens of a statement without spaces, looked at one by one.
struct Cursor<'s> {
    tokens: &'s [&'s Placed],
    at: usize,
}

impl<'s> Cursor<'s> {
    fn peek(&self) -> Option<&'s Token> {
        self.tokens.get(self.at).map(|placed| &placed.token)
    }

    /// Passes a word, if it is this one.
    fn takes(&mut self, word: &str) -> bool {
        let is_it = self.peek().is_some_and(|token| is_word(token, word));
        self.at += usize::from(is_it);
        is_it
    }

    /// Passes these words as long as they stand here.
    fn takes_all(&mut self, words: &[&str]) {
        while words.iter().any(|word| self.takes(word)) {}
    }

    /// Passes a sign, if it is this one.
    fn takes_sign(&mut self, sign: &Token) -> bool {
        let is_it = self.peek() == Some(sign);
        self.at += usize::from(is_it);
        is_it
    }

    /// Passes a name: the last part of `db.table`, without its quotes.
    fn name(&mut self) -> Option<&'s str> {
        let mut name = None;
        loop {
            let in_brackets = self.takes_sign(&Token::LBracket);
            match self.peek() {
                Some(Token::Word(word)) => name = Some(word.value.as_str()),
                Some(Token::DoubleQuotedString(word)) => name = Some(word.as_str()),
                _ => return name,
            }
            self.at += 1;
            if in_brackets {
                self.takes_sign(&Token::RBracket);
            }
            if !self.takes_sign(&Token::Period) {
                return name;
            }
        }
    }

    /// Passes a list of names in brackets, if one stands here.
    fn names(&mut self) -> Option<Vec<String>> {
        let start = self.at;
        let mut names = Vec::new();
        if self.takes_sign(&Token::LParen) {
            while let Some(name) = self.name() {
                names.push(name.to_owned());
                if !self.takes_sign(&Token::Comma) {
                    break;
                }
            }
            if self.takes_sign(&Token::RParen) {
                return Some(names);
            }
        }
        self.at = start;
        None
    }
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(own) if own.quote_style.is_none() && own.value.eq_ignore_ascii_case(word))
}

impl Reader<'_> {
    fn statement(&mut self, tokens: &[Placed]) {
        let comments = tokens.iter().filter_map(|placed| comment(self.text, placed));
        self.own.comments.extend(comments);
        let words: Vec<&Placed> = tokens
            .iter()
            .filter(|placed| !matches!(placed.token, Token::Whitespace(_)))
            .collect();
        let mut cursor = Cursor {
            tokens: &words,
            at: 0,
        };
        if cursor.takes("insert") || cursor.takes("replace") {
            cursor.takes_all(MODIFIERS);
            cursor.takes("into");
            cursor.takes("table");
            self.insert(cursor);
        } else if cursor.takes("update") {
            cursor.takes_all(MODIFIERS);
            let table = cursor.name().unwrap_or_default().to_owned();
            self.assignments(&table, cursor);
        } else if cursor.takes("create") {
            self.create(cursor);
        } else if cursor.takes("comment") || cursor.takes("alter") {
            // They hold what the schema says of itself.
        } else {
            self.others(cursor);
        }
    }

    fn insert(&mut self, mut cursor: Cursor) {
        let Some(name) = cursor.name() else {
            return self.others(cursor);
        };
        let named = cursor.names();
        let has_rows = cursor.takes("values") || cursor.takes("value");
        if !has_rows {
            return self.assignments(name, cursor);
        }
        let Table { columns, rows } = self.tables.entry(name.to_owned()).or_default();
        let columns = named.unwrap_or_else(|| columns.clone());
        let id_column = id_column(&columns);
        let mut number = *rows;
        while cursor.takes_sign(&Token::LParen) {
            let first = self.own.passages.len();
            let (mut depth, mut column) = (1, 0);
            let mut id = None;
            while depth > 0
                && let Some(placed) = cursor.tokens.get(cursor.at)
            {
                cursor.at += 1;
                match &placed.token {
                    Token::LParen => depth += 1,
                    Token::RParen => depth -= 1,
                    Token::Comma if depth == 1 => column += 1,
                    Token::Number(number, _) if id_column == Some(column) => id = Some(number.clone()),
                    _ => {
                        let mut key = String::new();
                        push_name(&mut key, name);
                        key.push_str(&format!(".rows[{number}]"));
                        match columns.get(column) {
                            Some(column) => push_name(&mut key, column),
                            None => key.push_str(&format!("[{column}]")),
                        }
                        let value = self.literal(placed, &key);
                        if id_column == Some(column) {
                            id = value.or(id);
                        }
                    }
                }
            }
            for passage in &mut self.own.passages[first..] {
                passage.id.clone_from(&id);
            }
            number += 1;
            if !cursor.takes_sign(&Token::Comma) {
                break;
            }
        }
        self.tables.entry(name.to_owned()).or_default().rows = number;
        // ON DUPLICATE KEY UPDATE …
        self.assignments(name, cursor);
    }

    /// `column = literal`, up to the conditions.
    fn assignments(&mut self, table: &str, mut cursor: Cursor) {
        let mut column = None;
        while let Some(placed) = cursor.tokens.get(cursor.at) {
            if is_word(&placed.token, "where") {
                return;
            }
            let start = cursor.at;
            if let Some(name) = cursor.name()
                && cursor.takes_sign(&Token::Eq)
            {
                column = Some(name);
                continue;
            }
            cursor.at = start + 1;
            let mut key = String::new();
            push_name(&mut key, table);
            if let Some(column) = column {
                push_name(&mut key, column);
            }
            self.literal(placed, &key);
        }
    }

    /// The columns of a table, for rows that are inserted without their names.
    fn create(&mut self, mut cursor: Cursor) {
        cursor.takes("temporary");
        if !cursor.takes("table") {
            // Functions, views and triggers are programs, with texts in them.
            return self.others(cursor);
        }
        cursor.takes_all(&["if", "not", "exists"]);
        let Some(name) = cursor.name() else { return };
        if !cursor.takes_sign(&Token::LParen) {
            return;
        }
        let mut columns = Vec::new();
        let mut depth = 1;
        let mut is_start = true;
        while depth > 0
            && let Some(token) = cursor.peek()
        {
            let is_no_column = NO_COLUMNS.iter().any(|word| is_word(token, word));
            if is_start
                && !is_no_column
                && let Some(column) = cursor.name()
            {
                columns.push(column.to_owned());
                is_start = false;
                continue;
            }
            is_start = false;
            match token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                Token::Comma => is_start = depth == 1,
                _ => {}
            }
            cursor.at += 1;
        }
        self.tables.entry(name.to_owned()).or_default().columns = columns;
    }

    /// The literals of any other statement, which have no names.
    fn others(&mut self, cursor: Cursor) {
        for placed in &cursor.tokens[cursor.at..] {
            // A body in dollars is a program.
            if !matches!(placed.token, Token::DollarQuotedString(_)) {
                self.literal(placed, "");
            }
        }
    }

    /// Keeps a string literal with Han text; tells the value of any.
    fn literal(&mut self, placed: &Placed, key: &str) -> Option<String> {
        let (value, passage) = tokens::literal(self.text, placed, self.has_backslashes)?;
        if has_han(value) {
            let mut passage = passage();
            key.clone_into(&mut passage.key);
            self.own.passages.push(passage);
        }
        Some(value.to_owned())
    }
}

/// The column whose name is most surely that of an id.
fn id_column(columns: &[String]) -> Option<usize> {
    let overrides = ColumnOverrides::default();
    let ranks = columns.iter().enumerate().filter_map(|(at, name)| {
        let (field, rank) = overrides.field_of(name)?;
        (field == Field::Id).then_some((rank, at))
    });
    ranks.min().map(|(_, at)| at)
}

fn comment(text: &str, placed: &Placed) -> Option<Comment> {
    use sqlparser::tokenizer::Whitespace;
    let Token::Whitespace(space) = &placed.token else {
        return None;
    };
    let Span { start, end } = placed.span;
    let (whole, words) = match space {
        Whitespace::SingleLineComment { prefix, .. } => {
            let end = start + placed.span.of(text).trim_end_matches(['\n', '\r']).len();
            (Span::new(start, end), Span::new(start + prefix.len(), end))
        }
        Whitespace::MultiLineComment(_) => {
            let closed = placed.span.of(text).strip_suffix("*/").map_or(end, |_| end - 2);
            (placed.span, Span::new(start + 2, closed.max(start + 2)))
        }
        _ => return None,
    };
    Some(Comment { whole, words })
}
