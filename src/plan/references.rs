//! What an SQL text refers to: tables, parameters. CTEs are told from tables by their scope.

use std::ops::{ControlFlow, Range};

use datafusion::logical_expr::sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, Select, SelectItem, SetExpr, Spanned, TableFactor, Visit,
    Visitor,
};
use datafusion::logical_expr::sqlparser::tokenizer::Token;

use super::position::Lines;
use super::sql::{self, Parsed, Piece, SqlError};

/// Everything that a query refers to, in the order written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    pub tables: Vec<TableRead>,
    pub params: Vec<ParamRead>,
    /// Where the outermost SELECT takes every column without naming them.
    pub stars: Vec<Range<usize>>,
}

/// A table named after FROM or JOIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRead {
    pub namespace: Namespace,
    pub name: String,
    /// The bytes of the whole name, its namespace included.
    pub span: Range<usize>,
}

/// Where a table is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Namespace {
    /// `name`: a model or a native table if there is one, else a source.
    Catalogue,
    /// `source.name`
    Source,
    /// `previous.name`: that table at the latest as-of before this one.
    Previous,
}

/// A parameter, read as `$name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamRead {
    /// Without the `$`.
    pub name: String,
    pub span: Range<usize>,
}

/// What a query refers to.
///
/// # Errors
/// All that is wrong with the text by itself: syntax, statements that are no queries, names in unknown schemas, constructs
/// that DataFusion accepts and gets silently wrong.
pub fn references(text: &str) -> Result<References, Vec<SqlError>> {
    let parsed = sql::parse(text).map_err(|error| vec![error])?;
    of_query(text, &parsed)
}

/// What a parsed query refers to.
///
/// # Errors
/// As for [`references`].
pub fn of_query(text: &str, parsed: &Parsed) -> Result<References, Vec<SqlError>> {
    let lines = Lines::new(text);
    let mut collector = Collector::new(&lines, &parsed.pieces);
    let _ = parsed.query.visit(&mut collector);
    let mut found = collector.found;
    let mut errors = collector.errors;
    stars(&lines, &parsed.query.body, &mut found.stars);
    params(&parsed.pieces, &mut found.params, &mut errors);
    errors.extend(similar_to(&parsed.pieces));
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// The CTEs of one WITH, and how many of them the text being visited can see.
struct Scope {
    names: Vec<String>,
    /// Identity of each CTE's query in the tree.
    queries: Vec<*const Query>,
    recursive: bool,
    visible: usize,
}

struct Collector<'a> {
    lines: &'a Lines<'a>,
    pieces: &'a [Piece],
    scopes: Vec<Scope>,
    found: References,
    errors: Vec<SqlError>,
}

impl<'a> Collector<'a> {
    fn new(lines: &'a Lines<'a>, pieces: &'a [Piece]) -> Self {
        Self { lines, pieces, scopes: Vec::new(), found: References::default(), errors: Vec::new() }
    }

    fn is_cte(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.names.iter().take(scope.visible).any(|cte| cte == name))
    }

    /// If this query is a CTE, lets it see the CTEs before it, and itself if the WITH is recursive; once it is finished,
    /// what follows sees it.
    fn enter_cte(&mut self, query: &Query, finished: bool) {
        for scope in self.scopes.iter_mut().rev() {
            if let Some(index) = scope.queries.iter().position(|cte| std::ptr::eq(*cte, query)) {
                scope.visible = index + usize::from(finished || scope.recursive);
                return;
            }
        }
    }

    fn table(&mut self, object: &ObjectName) {
        let parts: Vec<&Ident> = object
            .0
            .iter()
            .filter_map(|part| match part {
                ObjectNamePart::Identifier(ident) => Some(ident),
                ObjectNamePart::Function(_) => None,
            })
            .collect();
        let Some((first, last)) = parts.first().zip(parts.last()) else { return };
        let span = sql::bytes(self.lines, first.span).start..sql::bytes(self.lines, last.span).end;
        let names: Vec<String> = parts.iter().map(|ident| normal(ident)).collect();
        let (namespace, name) = match names.as_slice() {
            [name] if self.is_cte(name) => return,
            [name] => (Namespace::Catalogue, name),
            [schema, name] if schema == "source" => (Namespace::Source, name),
            [schema, name] if schema == "previous" => (Namespace::Previous, name),
            names => {
                let message = format!("`{}` is in no schema that exists", names.join("."));
                let help = "tables are read as `NAME`, `source.NAME` or `previous.NAME`";
                self.errors.push(SqlError::new(message, span).help(help));
                return;
            }
        };
        self.found.tables.push(TableRead { namespace, name: name.clone(), span });
    }

    fn word(&self, words: &[&str], from: usize) -> Range<usize> {
        self.pieces
            .iter()
            .find(|piece| piece.span.start >= from && words.iter().any(|word| piece.is_word(word)))
            .map_or(from..from, |piece| piece.span.clone())
    }
}

impl Visitor for Collector<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.enter_cte(query, false);
        if let Some(with) = &query.with {
            self.scopes.push(Scope {
                names: with.cte_tables.iter().map(|cte| normal(&cte.alias.name)).collect(),
                queries: with.cte_tables.iter().map(|cte| std::ptr::from_ref(cte.query.as_ref())).collect(),
                recursive: with.recursive,
                visible: 0,
            });
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if query.with.is_some() {
            self.scopes.pop();
        }
        self.enter_cte(query, true);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if let Some(into) = &select.into {
            let start = into.name.0.first().map_or(0, |part| sql::bytes(self.lines, part.span()).start);
            self.errors
                .push(SqlError::new("`SELECT INTO` is not a query", start..start + 1).help("leave INTO out"));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let (start, sampled) = match factor {
            TableFactor::Table { name, args, sample, .. } => {
                if args.is_none() {
                    self.table(name);
                }
                (sql::bytes(self.lines, name.span()).start, sample.is_some())
            }
            TableFactor::Derived { subquery, sample, .. } => {
                (sql::bytes(self.lines, subquery.span()).start, sample.is_some())
            }
            _ => (0, false),
        };
        if sampled {
            let span = self.word(&["TABLESAMPLE", "SAMPLE"], start);
            self.errors.push(
                SqlError::new("`TABLESAMPLE` is ignored by the engine", span)
                    .help("filter by a remainder of the key: `WHERE key % 20 = 0`"),
            );
        }
        ControlFlow::Continue(())
    }
}

/// The name that an identifier stands for: unquoted ones are lower-case.
fn normal(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    }
}

fn stars(lines: &Lines<'_>, body: &SetExpr, found: &mut Vec<Range<usize>>) {
    match body {
        SetExpr::Select(select) => {
            for item in &select.projection {
                if let SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) = item {
                    found.push(sql::bytes(lines, options.wildcard_token.0.span));
                }
            }
        }
        SetExpr::Query(query) => stars(lines, &query.body, found),
        SetExpr::SetOperation { left, right, .. } => {
            stars(lines, left, found);
            stars(lines, right, found);
        }
        _ => {}
    }
}

fn params(pieces: &[Piece], found: &mut Vec<ParamRead>, errors: &mut Vec<SqlError>) {
    for piece in pieces {
        let Token::Placeholder(text) = &piece.token else { continue };
        match text.strip_prefix('$') {
            Some(name) if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
                found.push(ParamRead { name: name.to_owned(), span: piece.span.clone() });
            }
            _ => errors.push(
                SqlError::new(format!("`{text}` has no name"), piece.span.clone())
                    .help("parameters are read by name, such as `$as_of`"),
            ),
        }
    }
}

fn similar_to(pieces: &[Piece]) -> Vec<SqlError> {
    pieces
        .iter()
        .zip(pieces.iter().skip(1))
        .filter(|(word, next)| word.is_word("SIMILAR") && next.is_word("TO"))
        .map(|(word, next)| {
            SqlError::new(
                "`SIMILAR TO` means something else here than in standard SQL",
                word.span.start..next.span.end,
            )
            .help("write `LIKE`, or `~` with a regular expression")
        })
        .collect()
}
