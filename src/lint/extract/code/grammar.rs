//! The languages: grammar, query, escapes.
//!
//! In: a [`Language`]. Out: its [`Grammar`], made once when a file needs it.

use std::sync::LazyLock;

use tree_sitter::Query;

use crate::lint::extract::Language;
use crate::lint::extract::escapes;
use crate::lint::extract::flow::Escape;

/// What a query says of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A literal.
    Text,
    /// Two operands that make one text.
    Join,
    /// A call that adds its arguments to what it is called on.
    Chain,
    /// A literal that nobody is sent.
    Skip,
    /// An element with text.
    Markup,
    /// A page around the code.
    Page,
    Comment,
}

/// How program text of a language is read.
pub(super) struct Grammar {
    pub(super) language: tree_sitter::Language,
    pub(super) query: Query,
    /// Roles by number of capture.
    pub(super) roles: Vec<Option<Role>>,
    /// Escapes of an ordinary literal.
    pub(super) escape: Escape,
    /// Those between single quotes, where they differ.
    pub(super) single: Option<Escape>,
}

impl Grammar {
    fn new(language: tree_sitter::Language, sources: &[&str], escape: Escape) -> Self {
        let source = sources.concat();
        let query = Query::new(&language, &source)
            .expect("a bundled query fits its grammar: each is compiled by a test");
        let role = |name: &&str| match *name {
            "text" => Some(Role::Text),
            "join" => Some(Role::Join),
            "chain" => Some(Role::Chain),
            "skip" => Some(Role::Skip),
            "markup" => Some(Role::Markup),
            "page" => Some(Role::Page),
            "comment" => Some(Role::Comment),
            _ => None,
        };
        let roles = query.capture_names().iter().map(role).collect();
        Self {
            language,
            query,
            roles,
            escape,
            single: None,
        }
    }
}

/// The grammar of a language.
pub(super) fn of(language: Language) -> &'static Grammar {
    const SCRIPT: &str = include_str!("script.scm");
    const JSX: &str = include_str!("jsx.scm");
    const TYPES: &str = include_str!("typescript.scm");
    match language {
        Language::Java => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| {
                Grammar::new(
                    tree_sitter_java::LANGUAGE.into(),
                    &[include_str!("java.scm")],
                    escapes::java,
                )
            });
            &MADE
        }
        Language::Kotlin => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| {
                Grammar::new(
                    tree_sitter_kotlin_ng::LANGUAGE.into(),
                    &[include_str!("kotlin.scm")],
                    escapes::kotlin,
                )
            });
            &MADE
        }
        Language::Python => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| {
                Grammar::new(
                    tree_sitter_python::LANGUAGE.into(),
                    &[include_str!("python.scm")],
                    escapes::python,
                )
            });
            &MADE
        }
        Language::JavaScript => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| {
                Grammar::new(
                    tree_sitter_javascript::LANGUAGE.into(),
                    &[SCRIPT, JSX],
                    escapes::script,
                )
            });
            &MADE
        }
        Language::TypeScript => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| {
                Grammar::new(
                    tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
                    &[SCRIPT, TYPES],
                    escapes::script,
                )
            });
            &MADE
        }
        Language::Tsx => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| {
                let sources = [SCRIPT, TYPES, JSX];
                Grammar::new(
                    tree_sitter_typescript::LANGUAGE_TSX.into(),
                    &sources,
                    escapes::script,
                )
            });
            &MADE
        }
        Language::Go => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| {
                Grammar::new(
                    tree_sitter_go::LANGUAGE.into(),
                    &[include_str!("go.scm")],
                    escapes::go,
                )
            });
            &MADE
        }
        Language::Php => {
            static MADE: LazyLock<Grammar> = LazyLock::new(|| Grammar {
                single: Some(escapes::php_single),
                ..Grammar::new(
                    tree_sitter_php::LANGUAGE_PHP.into(),
                    &[include_str!("php.scm")],
                    escapes::php,
                )
            });
            &MADE
        }
    }
}
