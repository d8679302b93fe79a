//! What is wrong with what is stored, as it is told: a case with one cause has many findings.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::report::ids::CaseId;
use crate::report::verify::Finding;

/// Most findings that are told of one case. A folder that was copied has one cause, and as many
/// findings as events.
const MOST_FINDINGS: usize = 3;

/// Returns what to tell of findings: of each case the first ones, and how many there are besides.
pub(super) fn diagnostics(findings: &[Finding]) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut of_cases: BTreeMap<CaseId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let Some(case) = finding.case else {
            told.push(finding.diagnostic());
            continue;
        };
        let of_case = of_cases.entry(case).or_default();
        of_case.push(finding);
        if of_case.len() <= MOST_FINDINGS {
            told.push(finding.diagnostic());
        }
    }
    told.extend(of_cases.iter().filter_map(|(case, of_case)| {
        let left_out = of_case.get(MOST_FINDINGS..)?;
        (!left_out.is_empty()).then(|| more(*case, left_out))
    }));
    told
}

fn more(case: CaseId, findings: &[&Finding]) -> Diagnostic {
    let more = if findings.iter().any(|finding| finding.is_damage()) {
        Diagnostic::error("report-more-of-case")
    } else {
        Diagnostic::warning("report-more-of-case")
    };
    more.with("case", case).with("count", findings.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::report::verify::Problem;

    #[test]
    fn of_one_case_the_first_findings_are_told_and_the_others_counted() {
        let of = |case: &str, problem: &Problem| {
            let case: CaseId = case.parse().unwrap();
            Finding::about(case, case.to_string(), problem.clone())
        };
        let told = |findings: &[Finding]| -> Vec<String> {
            let told = diagnostics(findings).into_iter();
            told.map(|one| format!("{:?} {} {:?}", one.severity, one.code, one.arguments))
                .collect()
        };
        let first = "7K3QX-9M2PD";
        let mut findings = vec![of(first, &Problem::Misplaced); 45];
        findings.push(of("00000-00000", &Problem::Foreign));
        insta::assert_snapshot!(told(&findings).join("\n"), @r#"
        Error report-misplaced []
        Error report-misplaced []
        Error report-misplaced []
        Warning report-foreign []
        Error report-more-of-case [("case", "7K3QX-9M2PD"), ("count", "42")]
        "#);
        let foreign = vec![of(first, &Problem::Foreign); 4];
        assert!(told(&foreign)[3].starts_with("Warning report-more-of-case"));
    }
}
