//! A draft in words: its message, its steps, in one language. The pipeline and the tests of a bundle say it alike.

use cuecard_culture::{Catalog, Setting};
use cuecard_model::{Draft, Fields, RenderedStep};

/// A draft in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// The whole text: the message, then the steps, a line each.
    pub text: String,
    /// The steps.
    pub steps: Vec<RenderedStep>,
    /// Variables that had no value, each once.
    pub missing: Vec<String>,
    /// Message keys that were found in another locale than the wanted one, and in which.
    pub found_in: Vec<(String, String)>,
}

/// Puts a draft into words, or says which of its keys has none.
pub fn words(draft: &Draft, catalog: &Catalog, setting: &Setting) -> Result<Words, String> {
    let mut words = Words { text: String::new(), steps: Vec::new(), missing: Vec::new(), found_in: Vec::new() };
    let whole = words.part(draft.message.as_deref(), &draft.arguments, draft.text.as_deref(), catalog, setting)?;
    for step in &draft.steps {
        let text = words.part(step.message.as_deref(), &step.arguments, step.text.as_deref(), catalog, setting)?;
        words.steps.extend(text.map(|text| RenderedStep { kind: step.kind, text }));
    }
    let steps = words.steps.iter().map(|step| step.text.clone());
    words.text = whole.into_iter().chain(steps).collect::<Vec<_>>().join("\n");
    if words.text.trim().is_empty() {
        return Err("a draft without words\n  hint: give it `message`, `text` or `steps`".into());
    }
    Ok(words)
}

impl Words {
    fn part(
        &mut self,
        message: Option<&str>,
        arguments: &Fields,
        text: Option<&str>,
        catalog: &Catalog,
        setting: &Setting,
    ) -> Result<Option<String>, String> {
        let Some(key) = message else { return Ok(text.map(str::to_owned)) };
        let rendered = catalog
            .render(key, arguments, setting)
            .map_err(|error| format!("{error}\n  hint: add \"{key}\" to messages/{}.json", setting.default_locale))?;
        for name in rendered.missing {
            if !self.missing.contains(&name) {
                self.missing.push(name);
            }
        }
        if rendered.locale != setting.locale {
            self.found_in.push((key.to_owned(), rendered.locale));
        }
        Ok(Some(rendered.text))
    }
}
