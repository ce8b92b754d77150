//! A case's first half: what the hook is handed, filled up with defaults so that a case says only what matters.

use std::sync::Arc;

use cuecard_culture::Setting;
use cuecard_model::{
    Culture, Customer, CustomerId, DetectedLanguage, DetectedScenario, Direction, Draft, Emotion, EmotionLabel, Event,
    LiveItem, Message, Profile, Register, Role, ScenarioId, Signals, Stage, Timestamp, Trend, Turn, TurnId,
};
use toml::{
    Spanned,
    de::{DeString, DeValue},
};

use super::{Case, Input, expect, fields};
use crate::{document::Section, manifest::is_scenario_id, problem::quoted};

/// The clock of a case that names none: 2026-01-15T12:00:00Z, a Thursday.
const NOW: i64 = 1_768_478_400;

const MOST_HISTORY: usize = 20;

pub(super) const EMOTIONS: &[(&str, EmotionLabel)] = &[
    ("neutral", EmotionLabel::Neutral),
    ("happy", EmotionLabel::Happy),
    ("grateful", EmotionLabel::Grateful),
    ("confused", EmotionLabel::Confused),
    ("anxious", EmotionLabel::Anxious),
    ("disappointed", EmotionLabel::Disappointed),
    ("frustrated", EmotionLabel::Frustrated),
    ("angry", EmotionLabel::Angry),
];
pub(super) const TRENDS: &[(&str, Trend)] =
    &[("rising", Trend::Rising), ("steady", Trend::Steady), ("falling", Trend::Falling)];
pub(super) const STAGES: &[(&str, Stage)] = &[
    ("browsing", Stage::Browsing),
    ("hesitating", Stage::Hesitating),
    ("checkout", Stage::Checkout),
    ("awaiting_shipment", Stage::AwaitingShipment),
    ("in_transit", Stage::InTransit),
    ("delivered", Stage::Delivered),
    ("after_sale", Stage::AfterSale),
    ("lapsed", Stage::Lapsed),
];
const REGISTERS: &[(&str, Register)] = &[("informal", Register::Informal), ("formal", Register::Formal)];
const DIRECTIONS: &[(&str, Direction)] = &[("ltr", Direction::Ltr), ("rtl", Direction::Rtl)];
const ROLES: &[(&str, Role)] = &[("customer", Role::Customer), ("agent", Role::Agent)];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hook {
    Compose,
    Localize,
    Trigger,
    Classify,
    Migrate,
}
const HOOKS: &[(&str, Hook)] = &[
    ("compose", Hook::Compose),
    ("localize", Hook::Localize),
    ("trigger", Hook::Trigger),
    ("classify", Hook::Classify),
    ("migrate", Hook::Migrate),
];

pub(super) fn read_case(file: &str, line: u32, mut section: Section<'_, '_>) -> Option<Case> {
    let said = section.fingerprint(&["name", "expect"]);
    let name = section.bounded_text("name", 200);
    if name.is_none() && !section.was_mistyped("name") {
        section.missing("name", "say what the case shows, e.g. name = \"an angry customer is heard first\"");
    }
    let hook = read_hook(&mut section);
    let now = fields::moment(&mut section, "now", Timestamp::from_seconds(NOW)).unwrap_or(Timestamp::from_seconds(NOW));
    let id = format!("{file}#{}", name.as_ref().map_or("", |name| name.get_ref().as_str()));
    let about = read_about(&mut section, now);
    let keys = fields::fields(&mut section, "keys", now);
    let input = match hook {
        Hook::Compose => read_turn(&mut section, &about, &id).map(|turn| Input::Compose(Box::new(turn))),
        Hook::Localize => read_localize(&mut section, &about),
        Hook::Trigger => read_event(&mut section, &about, &id),
        Hook::Classify => read_turn(&mut section, &about, &id).map(|turn| Input::Classify(Box::new(turn))),
        Hook::Migrate => read_from(&mut section).map(Input::Migrate),
    };
    section.ignore(&[
        "text",
        "scenario",
        "emotion",
        "intensity",
        "trend",
        "stage",
        "channel",
        "history",
        "live",
        "profile",
    ]);
    section.ignore(&["language", "agent_locale"]);
    let expect = expect::read(&mut section, hook, now);
    section.finish();
    let setting = about.setting();
    let (name, file) = (name?.into_inner(), file.to_owned());
    Some(Case { name, file, line, input: input?, said, setting, keys, expect: expect? })
}

/// The hook is plain from what the case brings; it may be named all the same.
fn read_hook(section: &mut Section<'_, '_>) -> Hook {
    let implied = match (section.has("event"), section.has("draft"), section.has("from")) {
        (true, ..) => Hook::Trigger,
        (_, true, _) => Hook::Localize,
        (.., true) => Hook::Migrate,
        _ => Hook::Compose,
    };
    let Some(text) = section.text("hook") else { return implied };
    let Some(hook) = section.as_word("hook", &text, HOOKS) else { return implied };
    if implied != Hook::Compose && implied != hook {
        let reason = format!("a case of {} has no event, no draft and no from", text.get_ref());
        section.error(text.span(), reason, "an event is for trigger, a draft for localize, from for migrate");
    }
    hook
}

/// The version of the case's keys.
fn read_from(section: &mut Section<'_, '_>) -> Option<u32> {
    let Some(from) = section.whole("from") else {
        if !section.was_mistyped("from") {
            section.missing("from", "add from = 1, the version that the keys are of");
        }
        return None;
    };
    let version = u32::try_from(*from.get_ref()).ok().filter(|version| *version > 0);
    if version.is_none() {
        section.error(from.span(), "'from' is not a version of keys", "1, or what [keys] said in plugin.toml before");
    }
    version
}

/// What all hooks share.
struct About {
    now: Timestamp,
    locale: String,
    register: Register,
    customer: Customer,
}

impl About {
    fn setting(&self) -> Setting {
        Setting {
            locale: self.locale.clone(),
            default_locale: "en".to_owned(),
            time_zone: self.customer.time_zone.clone(),
            now: self.now,
            register: self.register,
            name: self.customer.name.clone(),
            manner: None,
        }
    }
}

fn read_about(section: &mut Section<'_, '_>, now: Timestamp) -> About {
    let locale = fields::locale(section, "locale");
    let register = section.word("register", REGISTERS);
    let mut customer = read_customer(section, now).unwrap_or_else(|| Customer::unknown(CustomerId::from("customer-1")));
    let locale = locale.or_else(|| customer.locale.clone());
    let language = if section.has("language") { fields::locale(section, "language") } else { None };
    let locale = locale.or(language).unwrap_or_else(|| "en".to_owned());
    customer.locale.get_or_insert_with(|| locale.clone());
    let register = register.unwrap_or_else(|| cuecard_culture::register_for(&locale, "web_chat"));
    About { now, locale, register, customer }
}

/// As the API takes a customer, but the id may be left out.
fn read_customer(section: &mut Section<'_, '_>, now: Timestamp) -> Option<Customer> {
    let mut value = section.take("customer")?;
    fields::settle_moments(section, "customer", &mut value, now);
    let at = value.span();
    if let DeValue::Table(table) = value.get_mut()
        && !table.contains_key("id")
    {
        let id = DeValue::String(DeString::Borrowed("customer-1"));
        table.insert(Spanned::new(at.clone(), DeString::Borrowed("id")), Spanned::new(at, id));
    }
    section.as_deserialized("customer", value)
}

fn read_turn(section: &mut Section<'_, '_>, about: &About, id: &str) -> Option<Turn> {
    let text = section.text("text");
    if text.is_none() && !section.was_mistyped("text") {
        section.missing("text", "add text = \"…\", what the customer writes");
    }
    let history = read_history(section, about.now);
    let live = read_live(section, about.now);
    let signals = read_signals(section, about);
    let profile = read_profile(section, about.now);
    let channel = section.text("channel").map_or_else(|| "web_chat".to_owned(), Spanned::into_inner);
    let agent_locale = fields::locale(section, "agent_locale");
    Some(Turn {
        id: TurnId::from(id),
        now: about.now,
        channel,
        conversation_id: "conversation-1".into(),
        message: Message { role: Role::Customer, text: text?.into_inner(), at: about.now },
        history,
        signals,
        customer: about.customer.clone().into(),
        profile,
        live,
        locale: about.locale.clone(),
        agent_locale,
    })
}

/// The customer at a glance, as the case says: nothing is computed from its orders.
fn read_profile(section: &mut Section<'_, '_>, now: Timestamp) -> Profile {
    let Some(mut value) = section.take("profile") else { return Profile::default() };
    fields::settle_moments(section, "profile", &mut value, now);
    section.as_deserialized("profile", value).unwrap_or_default()
}

fn read_signals(section: &mut Section<'_, '_>, about: &About) -> Signals {
    let tag = fields::locale(section, "language").unwrap_or_else(|| about.locale.clone());
    let scenario = read_scenario(section, "scenario");
    let found = if scenario.is_some() { 0.9 } else { 0.0 };
    let label = section.word("emotion", EMOTIONS).unwrap_or(EmotionLabel::Neutral);
    let felt = if label == EmotionLabel::Neutral { 0.0 } else { 0.8 };
    let intensity = fields::share(section, "intensity").unwrap_or(felt);
    let trend = section.word("trend", TRENDS).unwrap_or(Trend::Steady);
    let stage = section.word("stage", STAGES).unwrap_or(Stage::Browsing);
    Signals {
        language: DetectedLanguage { tag, confidence: 0.99 },
        scenario: DetectedScenario {
            id: scenario.unwrap_or_else(|| ScenarioId::from("none")),
            confidence: found,
            alternatives: Vec::new(),
        },
        emotion: Emotion::new(label, intensity, trend),
        stage,
    }
}

pub(super) fn read_scenario(section: &mut Section<'_, '_>, key: &'static str) -> Option<ScenarioId> {
    let text = section.text(key)?;
    if !is_scenario_id(text.get_ref()) {
        let reason = format!("{} cannot be a scenario's id", quoted(text.get_ref()));
        section.error(text.span(), reason, "lower-case words joined by underscores, e.g. \"order_status\"");
    }
    Some(ScenarioId::from(text.into_inner()))
}

/// Oldest first; a message without a moment is a minute before the next.
fn read_history(section: &mut Section<'_, '_>, now: Timestamp) -> Vec<Message> {
    let place = section.place();
    let messages = section.tables("history");
    if messages.len() > MOST_HISTORY {
        section.error(place, format!("more than {MOST_HISTORY} messages of history"), "keep the last ones");
    }
    let count = i64::try_from(messages.len()).unwrap_or(0);
    let read = (0..).zip(messages).filter_map(|(index, mut message)| {
        let text = message.text("text");
        if text.is_none() && !message.was_mistyped("text") {
            message.missing("text", "write { role = \"agent\", text = \"…\" }");
        }
        let role = message.word("role", ROLES).unwrap_or(Role::Customer);
        let before = Timestamp::from_millis(now.millis() - (count - index) * 60_000);
        let at = fields::moment(&mut message, "at", now).unwrap_or(before);
        message.finish();
        Some(Message { role, text: text?.into_inner(), at })
    });
    read.collect()
}

fn read_live(section: &mut Section<'_, '_>, now: Timestamp) -> Vec<Arc<LiveItem>> {
    let items = section.tables("live").into_iter().filter_map(|mut item| {
        let key = item.bounded_text("key", 128);
        if key.is_none() && !item.was_mistyped("key") {
            item.missing("key", "write { key = \"promotion.spring\", fields = { … } }");
        }
        let valid_from = fields::moment(&mut item, "valid_from", now);
        let valid_until = fields::moment(&mut item, "valid_until", now);
        let fields = fields::fields(&mut item, "fields", now);
        item.finish();
        Some(Arc::new(LiveItem { key: key?.into_inner(), fields, valid_from, valid_until }))
    });
    items.collect()
}

fn read_event(section: &mut Section<'_, '_>, about: &About, id: &str) -> Option<Input> {
    let Some(value) = section.take("event") else {
        section.missing("event", "add event = { type = \"cart.updated\", fields = { … } }");
        return None;
    };
    let mut event = Event {
        id: id.into(),
        kind: String::new(),
        at: about.now,
        customer_id: Some(about.customer.id.clone()),
        fields: fields::fields(section, "fields", about.now),
    };
    if let DeValue::String(kind) = value.get_ref() {
        event.kind = kind.to_string();
        return Some(Input::Trigger(event, Box::new(about.customer.clone())));
    }
    let mut table = section.as_table("event", value)?;
    let kind = table.bounded_text("type", 100);
    if kind.is_none() && !table.was_mistyped("type") {
        table.missing("type", "add type = \"cart.updated\"");
    }
    if let Some(id) = table.bounded_text("id", 200) {
        event.id = id.into_inner().into();
    }
    event.at = fields::moment(&mut table, "at", about.now).unwrap_or(about.now);
    event.fields.extend(fields::fields(&mut table, "fields", about.now));
    table.finish();
    event.kind = kind?.into_inner();
    Some(Input::Trigger(event, Box::new(about.customer.clone())))
}

fn read_localize(section: &mut Section<'_, '_>, about: &About) -> Option<Input> {
    let Some(mut value) = section.take("draft") else {
        section.missing("draft", "add draft = { text = \"…\" }");
        return None;
    };
    fields::settle_moments(section, "draft", &mut value, about.now);
    let draft: Option<Draft> = section.as_deserialized("draft", value);
    let mut culture = Culture {
        locale: about.locale.clone(),
        register: about.register,
        direction: direction_of(&about.locale),
        person: None,
        max_length: None,
    };
    if let Some(mut table) = section.table("culture") {
        culture.locale = fields::locale(&mut table, "locale").unwrap_or(culture.locale);
        culture.register = table.word("register", REGISTERS).unwrap_or(culture.register);
        culture.direction = table.word("direction", DIRECTIONS).unwrap_or_else(|| direction_of(&culture.locale));
        culture.person = table.text("person").map(Spanned::into_inner);
        culture.max_length = table.whole("max_length").and_then(|most| u32::try_from(most.into_inner()).ok());
        table.finish();
    }
    Some(Input::Localize(Box::new(draft?), culture))
}

fn direction_of(locale: &str) -> Direction {
    let language = locale.split('-').next().unwrap_or_default();
    if matches!(language, "ar" | "he" | "fa" | "ur" | "ps" | "yi") { Direction::Rtl } else { Direction::Ltr }
}
