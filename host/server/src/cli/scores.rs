//! Scores of signals against what a file says is right. Owns the report; `cuecard_understand::score` has the mathematics.

use cuecard_model::Signals;
use cuecard_understand::score::Confusions;
use serde::Deserialize;

use super::lines;

/// So many of the most frequent mistakes are worth reading.
const WORTH_READING: usize = 10;

/// What is right, as far as the line says so.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Right {
    scenario: Option<String>,
    language: Option<String>,
    emotion: Option<String>,
}

/// What was found where something else, or the same, was right.
#[derive(Debug, Default)]
pub(crate) struct Scores {
    scenario: Confusions,
    language: Confusions,
    emotion: Confusions,
}

impl Scores {
    pub(crate) fn add(&mut self, right: &Right, signals: &Signals) {
        if let Some(right) = &right.scenario {
            self.scenario.add(right, signals.scenario.id.as_str());
        }
        if let Some(right) = &right.language {
            self.language.add(right, as_exact_as(right, &signals.language.tag));
        }
        if let Some(right) = &right.emotion {
            let found = serde_json::to_value(signals.emotion.label).unwrap_or_default();
            self.emotion.add(right, found.as_str().unwrap_or_default());
        }
    }

    /// Tells a person, if there was anything to score.
    pub(crate) fn say(&self) {
        for (name, confusions) in
            [("scenario", &self.scenario), ("language", &self.language), ("emotion", &self.emotion)]
        {
            if !confusions.is_empty() {
                report(name, confusions).iter().for_each(lines::say);
            }
        }
    }
}

fn report(name: &str, confusions: &Confusions) -> Vec<String> {
    let mut report = vec![format!(
        "{name}: {} messages, accuracy {:.3}, macro F1 {:.3}, Matthews {:.3}",
        confusions.len(),
        confusions.accuracy(),
        confusions.macro_f1(),
        confusions.matthews()
    )];
    let mistakes = confusions.mistakes();
    let worth_reading = mistakes.iter().take(WORTH_READING);
    report.extend(
        worth_reading.map(|mistake| format!("{:6} {} taken for {}", mistake.times, mistake.right, mistake.found)),
    );
    report
}

/// `zh` is right for `zh-Hans`: a file need not say more than it knows.
fn as_exact_as<'a>(right: &str, found: &'a str) -> &'a str {
    let language = found.split('-').next().unwrap_or(found);
    if right == language { language } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_was_taken_for_what() {
        let mut confusions = Confusions::default();
        for (right, found) in [("zh", "zh-Hans"), ("en", "en-GB"), ("pt-BR", "pt-PT"), ("es", "pt"), ("es", "pt")] {
            confusions.add(right, as_exact_as(right, found));
        }
        let report = report("language", &confusions);
        assert!(report[0].starts_with("language: 5 messages, accuracy 0.400, macro F1 0."), "{report:?}");
        assert_eq!(report[1..], ["     2 es taken for pt", "     1 pt-BR taken for pt-PT"]);
    }
}
