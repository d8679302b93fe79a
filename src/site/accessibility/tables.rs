//! The headers of tables: WCAG 2.2, success criterion 1.3.1.

use super::{Finding, Parts, Table};
use crate::diagnostic::Diagnostic;

/// Finds tables whose columns have no header.
pub(super) fn without_headers(parts: &Parts) -> Vec<Finding> {
    parts.tables.iter().flat_map(headers).collect()
}

fn headers(table: &Table) -> Vec<Finding> {
    if !table.headers.iter().any(|(has_text, _)| *has_text) {
        let diagnostic = Diagnostic::warning("table-without-header");
        return vec![(diagnostic, table.source.clone())];
    }
    // The first cell may be empty: what stands below it are names of rows.
    let rest = table.headers.iter().enumerate().skip(1);
    let empty = rest.filter(|(_, (has_text, _))| !has_text);
    empty
        .map(|(at, _)| {
            let diagnostic = Diagnostic::warning("table-header-empty").with("column", at + 1);
            (diagnostic, table.source.clone())
        })
        .collect()
}

/// Finds tables with one column, which are lists.
pub(super) fn of_one_column(parts: &Parts) -> Vec<Finding> {
    let is_list = |table: &&Table| table.headers.len() == 1 && table.has_text;
    let tables = parts.tables.iter().filter(is_list);
    tables
        .map(|table| {
            let diagnostic = Diagnostic::advice("table-one-column");
            (diagnostic, table.source.clone())
        })
        .collect()
}
