//! The figures as CSV: one row a group. A cell that a spreadsheet would take for a formula gets an apostrophe before it
//! (OWASP, "CSV Injection"): names come from plugins.

use super::{Figures, Rate};

const HEAD: [&str; 34] = [
    "group",
    "name",
    "version",
    "turns",
    "covered",
    "offered",
    "shown",
    "accepted",
    "accept_rate",
    "accept_low",
    "accept_high",
    "sent",
    "edited",
    "dismissed",
    "edit_share",
    "answers",
    "answer_median_s",
    "answer_p90_s",
    "cases",
    "decided",
    "resolved",
    "resolve_rate",
    "resolve_low",
    "resolve_high",
    "ever_resolved",
    "reopened",
    "reopen_rate",
    "escalated",
    "rated",
    "rated_well",
    "came_angry",
    "calmed",
    "orders",
    "kept",
];

/// Rows of group, name, version and figures.
pub(crate) fn csv(rows: &[(&str, String, String, Figures)]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD)?;
    for (group, name, version, figures) in rows {
        writer.write_record(row(group, name, version, figures))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn row(group: &str, name: &str, version: &str, it: &Figures) -> [String; 34] {
    let rate = |rate: Rate| share(rate.rate);
    let (accepted, resolved) = (it.accepted, it.resolved);
    let bound = |of: Rate, bound: f64| share(of.rate.map(|_| bound));
    [
        safe(group),
        safe(name),
        safe(version),
        it.turns.to_string(),
        it.covered.count.to_string(),
        it.offered.to_string(),
        it.shown.to_string(),
        accepted.count.to_string(),
        rate(accepted),
        bound(accepted, accepted.low),
        bound(accepted, accepted.high),
        it.sent.to_string(),
        it.edited.to_string(),
        it.dismissed.to_string(),
        share(it.edit_share),
        it.answers.to_string(),
        seconds(it.answer_median),
        seconds(it.answer_p90),
        it.cases.to_string(),
        resolved.of.to_string(),
        resolved.count.to_string(),
        rate(resolved),
        bound(resolved, resolved.low),
        bound(resolved, resolved.high),
        it.reopened.of.to_string(),
        it.reopened.count.to_string(),
        rate(it.reopened),
        it.escalated.count.to_string(),
        it.rated_well.of.to_string(),
        it.rated_well.count.to_string(),
        it.calmed.of.to_string(),
        it.calmed.count.to_string(),
        it.kept.of.to_string(),
        it.kept.count.to_string(),
    ]
}

fn share(share: Option<f64>) -> String {
    share.map(|share| format!("{share:.4}")).unwrap_or_default()
}

fn seconds(seconds: Option<f64>) -> String {
    seconds.map(|seconds| format!("{seconds:.1}")).unwrap_or_default()
}

fn safe(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use cuecard_engine::Tally;

    use super::*;

    #[test]
    fn names_are_no_formulas_and_stay_in_their_cell() {
        let name = "=HYPERLINK(\"x\"),\n2";
        let rows =
            [("scenario", name.to_owned(), String::new(), Figures::from(Tally { turns: 3, ..Tally::default() }))];
        let bytes = csv(&rows).unwrap();
        let mut reader = csv::Reader::from_reader(&*bytes);
        let found: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0][1], &found[0][3], &found[0][8]), (&*format!("'{name}"), "3", ""));
    }
}
