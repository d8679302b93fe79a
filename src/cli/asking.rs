//! Questions to whoever sits at the terminal, with an answer that is usual and another try after a wrong one.

use std::io::BufRead;

use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;

/// Longest answer that is read, in bytes; a terminal gives no longer line.
const LONGEST: u64 = 4096;

/// A question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    /// The key of what is asked.
    pub(super) key: &'static str,
    /// The answer of whoever only presses Enter; without one, something must be typed.
    pub(super) usual: Option<&'a str>,
}

/// Asks until an answer can be understood. An answer is read without the blanks around it.
///
/// # Errors
///
/// Fails where nobody answers any more, or where the question cannot be shown.
pub(super) fn ask<T>(
    ui: &mut Ui,
    answers: &mut dyn BufRead,
    question: Question<'_>,
    understand: impl Fn(&str) -> Result<T, Diagnostic>,
) -> Result<T, CommandError> {
    loop {
        let asked = ui.text(question.key, &[]);
        let usual = match question.usual {
            None => String::new(),
            Some("") => ui.text("cli-ask-nothing", &[]),
            Some(usual) => format!("[{usual}]"),
        };
        ui.tell(format!("{asked} {usual}").trim_end())?;
        let mut line = String::new();
        let read = std::io::Read::take(&mut *answers, LONGEST).read_line(&mut line);
        if read.is_ok_and(|count| count == 0) {
            return Err(CommandError::Usage(Diagnostic::error("cli-ask-no-answer")));
        }
        let answer = match (line.trim(), question.usual) {
            ("", Some(usual)) => usual,
            (typed, _) => typed,
        };
        match understand(answer) {
            Ok(value) => return Ok(value),
            Err(problem) => ui.tell_diagnostics(&[problem])?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::language::Language;

    /// Asks for a number, which is usually 7, and returns it with what was not read.
    fn check(typed: &str, usual: Option<&str>, expected: Option<i32>, left: &str) {
        let mut ui = Ui::unseen(Language::Nl);
        let mut answers = typed.as_bytes();
        let question = Question {
            key: "cli-init-ask-title",
            usual,
        };
        let number = ask(&mut ui, &mut answers, question, |typed| {
            let wrong = || Diagnostic::error("starter-name-empty");
            typed.parse().map_err(|_| wrong())
        });
        assert_eq!(number.ok(), expected, "{typed:?}");
        assert_eq!(std::str::from_utf8(answers), Ok(left), "{typed:?}");
    }

    #[test]
    fn whoever_answers_wrong_is_asked_again_and_whoever_is_gone_is_not() {
        check("3\n4\n", Some("7"), Some(3), "4\n");
        check("\n", Some("7"), Some(7), "");
        check("  3 \r\n", None, Some(3), "");
        check("drie\n\n3\n", None, Some(3), "");
        check("3", None, Some(3), "");
        check("", Some("7"), None, "");
        check("drie\n", Some("7"), None, "");
        check(&"3".repeat(10_000), None, None, "");
    }

    #[test]
    fn what_is_no_text_is_no_answer() {
        let mut ui = Ui::unseen(Language::Nl);
        let question = Question {
            key: "cli-init-ask-title",
            usual: None,
        };
        let asked = ask(&mut ui, &mut &b"\xff\n3\n"[..], question, |typed| {
            typed
                .parse::<i32>()
                .map_err(|_| Diagnostic::error("starter-name-empty"))
        });
        assert_eq!(asked.ok(), Some(3));
    }
}
