//! A draft in words: its message, its steps, in one language. The pipeline and the tests of a bundle say it alike.

use cuecard_culture::{Catalog, Said, Setting};
use cuecard_model::{Draft, Fields, RenderedStep};

/// A draft in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// The message, then the steps.
    pub said: Said,
    /// Variables that had no value, each once.
    pub missing: Vec<String>,
    /// Messages that were found in another locale than the wanted one.
    pub found_in: Vec<Elsewhere>,
}

/// A message in another locale than the wanted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The step that it is the text of; `None` for what stands before all steps.
    pub step: Option<usize>,
    /// The message key.
    pub key: String,
    /// Where it was found.
    pub locale: String,
}

/// Puts a draft into words, or says which of its keys has none.
pub fn words(draft: &Draft, catalog: &Catalog, setting: &Setting) -> Result<Words, String> {
    let mut words = Words { said: Said::default(), missing: Vec::new(), found_in: Vec::new() };
    words.said.whole =
        words.part(None, draft.message.as_deref(), &draft.arguments, draft.text.as_deref(), catalog, setting)?;
    for step in &draft.steps {
        let number = Some(words.said.steps.len());
        let (message, text) = (step.message.as_deref(), step.text.as_deref());
        let text = words.part(number, message, &step.arguments, text, catalog, setting)?;
        words.said.steps.extend(text.map(|text| RenderedStep { kind: step.kind, text }));
    }
    if words.said.is_empty() {
        return Err("a draft without words\n  hint: give it `message`, `text` or `steps`".into());
    }
    Ok(words)
}

impl Words {
    fn part(
        &mut self,
        step: Option<usize>,
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
            self.found_in.push(Elsewhere { step, key: key.to_owned(), locale: rendered.locale });
        }
        Ok(Some(rendered.text))
    }
}
