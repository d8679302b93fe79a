//! Lines of text in columns.

/// Blanks between two columns.
const GAP: &str = "  ";

/// Sets rows in columns, each as wide as its widest cell.
pub fn lines<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join(GAP).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["A", "BB"], ["één", ""], ["x", "y"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(lines(&rows), ["A    BB", "één", "x    y"]);
        assert_eq!(lines::<0>(&[[]]), [""]);
    }
}
