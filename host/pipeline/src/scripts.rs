//! Scripts: every message of a merchant's plugins in words for one customer, so that an agent can look for one.
//!
//! Only the customer's name and newest order are filled in: what else a message says, a plugin would have to find out.

use cuecard_culture::{Contact, Manner, Occasion, Setting, language};
use cuecard_model::{Customer, Draft, Fields, PluginVersion, Register, Timestamp};
use cuecard_plugin::{generation::LivePlugin, words::words};
use serde::Serialize;

use crate::{Merchant, Snapshot};

/// One message in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Script {
    /// Whose message.
    pub plugin: PluginVersion,
    /// Its key.
    pub key: String,
    /// In the customer's language, or the nearest that there is.
    pub text: String,
    /// The locale of `text`.
    pub locale: String,
    /// In the agent's language, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_for_agent: Option<String>,
    /// What the agent is to fill in; the text shows it in braces.
    pub missing: Vec<String>,
}

/// For whom scripts are wanted, and which.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who is answered.
    pub customer: Customer,
    /// The locale to answer in, BCP 47.
    pub locale: String,
    /// The locale that the agent reads.
    pub agent_locale: String,
    /// `web_chat`, `email`, ...
    pub channel: String,
    /// The moment.
    pub now: Timestamp,
    /// Words that all stand in the script, in either language, or in its key; empty for all scripts.
    pub query: String,
    /// At most so many.
    pub limit: usize,
}

/// Scripts in the order of plugins and keys. Compiles what has not been needed yet, and renders every message: up to
/// a second when it is first asked for, so call it off the live path.
pub fn scripts(snapshot: &Snapshot, merchant: &Merchant, wanted: &Wanted) -> Vec<Script> {
    let cultures = snapshot.cultures(&merchant.id);
    let contact = Contact::of(&wanted.customer, &wanted.channel, wanted.now);
    let setting = |locale: &str| {
        let rules = cultures.rules(locale);
        let register = rules.register(&contact).map_or(Register::Formal, |it| it.register);
        let occasion = Occasion::at(wanted.now, wanted.customer.time_zone.as_deref(), &rules);
        let manner = Manner::plain(rules, &wanted.channel, register, occasion);
        Setting {
            locale: locale.to_owned(),
            default_locale: merchant.default_locale.clone(),
            time_zone: wanted.customer.time_zone.clone(),
            now: wanted.now,
            register,
            name: wanted.customer.name.clone(),
            manner: Some(manner.with_person(wanted.customer.name.as_ref(), locale).into()),
        }
    };
    let theirs = setting(&wanted.locale);
    let ours = (language(&wanted.locale) != language(&wanted.agent_locale)).then(|| setting(&wanted.agent_locale));
    let (arguments, query) = (arguments(&wanted.customer), wanted.query.to_lowercase());
    let query: Vec<_> = query.split_whitespace().collect();
    let plugins = snapshot.generation.plugins(&merchant.id);
    let all = plugins.flat_map(|plugin| plugin.contents.catalog.keys().into_iter().map(move |key| (plugin, key)));
    let scripts = all.filter_map(|(plugin, key)| script(plugin, key, &arguments, &theirs, ours.as_ref()));
    scripts.filter(|script| script.has(&query)).take(wanted.limit).collect()
}

fn script(
    plugin: &LivePlugin,
    key: &str,
    arguments: &Fields,
    theirs: &Setting,
    ours: Option<&Setting>,
) -> Option<Script> {
    let draft = Draft { message: Some(key.to_owned()), arguments: arguments.clone(), ..Draft::default() };
    let said = |setting| words(&draft, &plugin.contents.catalog, setting).ok();
    let found = said(theirs)?;
    let locale = found.found_in.into_iter().next().map_or_else(|| theirs.locale.clone(), |it| it.locale);
    let foreign = |setting: &Setting| language(&setting.locale) != language(&locale);
    let text_for_agent = ours.filter(|ours| foreign(ours)).and_then(said).map(|said| said.said.text());
    let (plugin, key, text, missing) = (plugin.plugin.clone(), key.to_owned(), found.said.text(), found.missing);
    Some(Script { plugin, key, text, locale, text_for_agent, missing })
}

impl Script {
    fn has(&self, words: &[&str]) -> bool {
        if words.is_empty() {
            return true;
        }
        let text = [&self.key, " ", &self.text, " ", self.text_for_agent.as_deref().unwrap_or_default()].concat();
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

/// What can be said of any customer.
fn arguments(customer: &Customer) -> Fields {
    let order = customer.orders.first().map(|order| order.number.as_ref().unwrap_or(&order.id).clone());
    order.map(|order| ("order".to_owned(), order.into())).into_iter().collect()
}
