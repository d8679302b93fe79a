//! Rows with columns of equal width, for a terminal.

/// Blanks between two columns.
const GAP: &str = "  ";

/// Lays rows out as lines.
pub(super) fn lines(rows: &[Vec<String>]) -> Vec<String> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths);
            let cells: Vec<String> = cells
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            cells.join(GAP).trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[&[&str]], expected: &[&str]) {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        assert_eq!(lines(&rows), expected);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        check(
            &[&["A", "BB"], &["één", ""], &["x", "y", "z"]],
            &["A    BB", "één", "x    y   z"],
        );
        check(&[], &[]);
        check(&[&[]], &[""]);
    }
}
