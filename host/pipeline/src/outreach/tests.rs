#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    sync::{Arc, mpsc},
};

use cuecard_gate::Rulebook;
use cuecard_model::{
    ConsentRecord, Contact, Event, MerchantId, Order, PastContact, Purpose, ScenarioId, Suppression, SuppressionCause,
};
use cuecard_plugin::{
    bundle::{Bundle, BundleHash, BundleLimits},
    generation::Generation,
    limits::Ceiling,
    prove::{Prover, Spawn},
    registry::{self, Note, Place, Registry, Store},
    signature::Trusts,
};

use super::*;

/// 12:00 in Berlin on a Tuesday.
const NOON: i64 = 1_795_518_000;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_seconds(NOON + hours * 3600)
}

struct Shop {
    snapshot: Snapshot,
    merchant: Merchant,
    policy: Policy,
    customer: Customer,
    recent: Recent,
    facts: ContactFacts,
}

impl Shop {
    fn open() -> Self {
        let id = MerchantId::from("shop");
        let mut merchant = Merchant { links: vec!["shop.example".into()], ..Merchant::new(id.clone()) };
        merchant.outreach.automatic = vec![ScenarioId::from("news")];
        let policy = Policy::new(&id, &merchant.outreach, Rulebook::shipped().unwrap()).unwrap();
        let mut customer = Customer::unknown("ada".into());
        (customer.email, customer.country) = (Some("ada@mail.example".into()), Some("DE".into()));
        customer.locale = Some("es-ES".into());
        let (recent, facts) = (Recent::default(), ContactFacts::default());
        Self { snapshot: snapshot(), merchant, policy, customer, recent, facts }
    }

    fn propose(&self, outreach: &Outreach, hours: i64) -> Judgement {
        self.judge(outreach, hours, propose)
    }

    fn attempt(&self, outreach: &Outreach, channel: &str, edited: Option<&str>) -> Judgement {
        self.judge(outreach, 0, |ground, addressee, wish| attempt(ground, addressee, wish, Some(channel), edited))
    }

    fn judge(
        &self,
        outreach: &Outreach,
        hours: i64,
        judge: impl Fn(&Ground<'_>, &Addressee<'_>, &Wish<'_>) -> Judgement,
    ) -> Judgement {
        let Self { snapshot, merchant, policy, customer, recent, facts } = self;
        let understanding = snapshot.understanding(&merchant.id).unwrap();
        let ground = Ground { snapshot, understanding: &understanding, merchant, policy, now: at(hours) };
        let plugin = PluginVersion { id: "teller".into(), version: "1.0.0".into() };
        let wish = Wish { id: "o-5", plugin: &plugin, outreach, event_at: at(-2), created_at: at(-1) };
        judge(&ground, &Addressee { customer: &Arc::new(customer.clone()), recent, facts, live: &[] }, &wish)
    }

    fn wrote(&mut self, channel: &str, hours: i64) {
        let contact = Contact { conversation: format!("c-{channel}").into(), channel: channel.into(), at: at(hours) };
        self.recent.wrote(contact);
    }

    fn consents(&mut self, channel: &str, answer: ConsentAnswer) {
        self.facts.consents.push(ConsentRecord {
            customer: "ada".into(),
            purpose: ConsentPurpose::Marketing,
            channel: Some(channel.into()),
            answer,
            wording: "w".into(),
            at: at(-100),
            source: "checkout".into(),
        });
    }

    fn contacted(&mut self, id: &str, occurrence: &str, attempted: Option<i64>) {
        self.facts.contacts.push(PastContact {
            id: id.into(),
            occurrence: occurrence.into(),
            at: at(-1),
            channel: Some("email".into()),
            purpose: Purpose::Marketing,
            stands: true,
            attempted_at: attempted.map(at),
        });
    }
}

fn outreach(purpose: Purpose, scenario: &str) -> Outreach {
    let json = r#"{"occurrence":"cart-1","purpose":"service","message":"late","arguments":{"day":"martes"}}"#;
    Outreach { purpose, scenario: Some(scenario.into()), ..serde_json::from_str(json).unwrap() }
}

#[test]
fn steps_and_reasons() {
    use Purpose::{Marketing, Service};
    type Change = fn(&mut Shop, &mut Outreach);
    type Case = (&'static str, Purpose, &'static str, i64, Change, Step, &'static str, Option<&'static str>);
    let cases: [Case; 17] = [
        ("an agent's", Service, "late", 0, |_, _| {}, Step::Propose, "clear", Some("email")),
        ("by itself", Service, "news", 0, |_, _| {}, Step::Send, "clear", Some("email")),
        ("at night", Service, "news", 10, |_, _| {}, Step::Wait(at(20)), "quiet_hours", Some("email")),
        ("at night for an agent", Service, "late", 10, |_, _| {}, Step::Propose, "quiet_hours", Some("email")),
        ("no consent", Marketing, "news", 0, |_, _| {}, Step::Drop, "consent_missing", Some("email")),
        (
            "consent",
            Marketing,
            "news",
            0,
            |it, _| it.consents("email", ConsentAnswer::Granted),
            Step::Send,
            "clear",
            Some("email"),
        ),
        (
            "on the channel with consent",
            Marketing,
            "news",
            0,
            |it, _| {
                it.customer.phone = Some("+4915112345678".into());
                it.consents("sms", ConsentAnswer::Granted);
            },
            Step::Send,
            "clear",
            Some("sms"),
        ),
        (
            "where they chose",
            Service,
            "news",
            0,
            |it, _| {
                it.customer.phone = Some("+4915112345678".into());
                it.customer.attributes.insert("preferred_channel".into(), "sms".into());
            },
            Step::Send,
            "clear",
            Some("sms"),
        ),
        (
            "the plugin's channel and no other",
            Service,
            "news",
            0,
            |_, it| it.channel = Some("sms".into()),
            Step::Drop,
            "no_channel",
            Some("sms"),
        ),
        ("nowhere", Service, "news", 0, |it, _| it.customer.email = None, Step::Drop, "no_channel", None),
        (
            "bounced there, so elsewhere",
            Service,
            "news",
            0,
            |it, _| {
                it.customer.phone = Some("+4915112345678".into());
                let channel = Some("email".into());
                it.facts.suppressions.push(Suppression { channel, cause: SuppressionCause::Bounced, at: at(-9) });
            },
            Step::Send,
            "clear",
            Some("sms"),
        ),
        (
            "a talk is open",
            Service,
            "news",
            0,
            |it, _| it.facts.last_message_at = Some(at(-5)),
            Step::Wait(at(7)),
            "conversation_open",
            Some("email"),
        ),
        (
            "bought since",
            Marketing,
            "news",
            0,
            |it, _| {
                it.consents("email", ConsentAnswer::Granted);
                let (id, kind, fields) = ("e".into(), "order.created".into(), Default::default());
                it.recent.happened(Event { id, kind, at: at(-1), customer_id: None, fields });
            },
            Step::Drop,
            "ordered_since",
            Some("email"),
        ),
        (
            "ordered and called off",
            Marketing,
            "news",
            0,
            |it, _| {
                it.consents("email", ConsentAnswer::Granted);
                let order = format!(r#"{{"id":"1","status":"cancelled","placed_at":"{}"}}"#, at(-1));
                it.customer.orders.push(serde_json::from_str::<Order>(&order).unwrap());
            },
            Step::Send,
            "clear",
            Some("email"),
        ),
        ("no value", Service, "news", 0, |_, it| it.arguments.clear(), Step::Propose, "incomplete", Some("email")),
        (
            "no words",
            Service,
            "news",
            0,
            |_, it| it.message = Some("unheard".into()),
            Step::Fail,
            "no_words",
            Some("email"),
        ),
        (
            "a link elsewhere",
            Service,
            "news",
            0,
            |_, it| {
                (it.message, it.text) = (None, Some("see https://elsewhere.example".into()));
            },
            Step::Fail,
            "blocked",
            Some("email"),
        ),
    ];
    let mut shop = Shop::open();
    for (name, purpose, scenario, hours, change, step, reason, channel) in cases {
        let (customer, mut wanted) = (shop.customer.clone(), outreach(purpose, scenario));
        change(&mut shop, &mut wanted);
        let judged = shop.propose(&wanted, hours);
        assert_eq!(
            (judged.step, judged.reason, judged.channel.as_deref()),
            (step, reason, channel),
            "{name}: {judged:#?}"
        );
        (shop.customer, shop.recent, shop.facts) = (customer, Recent::default(), ContactFacts::default());
    }
}

#[test]
fn words_are_in_the_customers_language_and_in_the_shops() {
    let shop = Shop::open();
    let judged = shop.propose(&outreach(Purpose::Service, "news"), 0);
    let words = judged.words.unwrap();
    assert_eq!((words.locale.as_str(), words.id.as_str()), ("es-ES", "o-5"));
    assert!(words.text.contains("Llega el martes"), "{}", words.text);
    assert!(words.text_for_agent.unwrap().contains("It comes on martes"));
    assert_eq!(judged.subject.as_deref(), Some("Tu paquete"));
    assert_eq!(judged.address.to.as_deref(), Some("ada@mail.example"));
}

#[test]
fn at_the_last_moment_all_is_asked_again() {
    let mut shop = Shop::open();
    let wanted = outreach(Purpose::Marketing, "news");
    shop.consents("email", ConsentAnswer::Granted);
    assert_eq!(shop.attempt(&wanted, "email", None).step, Step::Send);
    // Its own attempt, whose fate nobody knows, does not stand against it; another contact of today does.
    shop.contacted("o-5", "cart-1", Some(0));
    assert_eq!(shop.attempt(&wanted, "email", None).step, Step::Send);
    shop.contacted("o-4", "cart-9", Some(-1));
    // One offer a day: not before tomorrow, and then not before nine.
    assert_eq!(shop.attempt(&wanted, "email", None).step, Step::Wait(at(21)));
    shop.facts.contacts.clear();
    // Of two that stand for one occurrence the earlier goes.
    shop.contacted("o-6", "cart-1", None);
    assert_eq!(shop.attempt(&wanted, "email", None).step, Step::Send);
    shop.contacted("o-4", "cart-1", None);
    assert_eq!(shop.attempt(&wanted, "email", None).reason, "duplicate");
    shop.facts.contacts.clear();
    shop.facts.consents.clear();
    shop.consents("email", ConsentAnswer::Withdrawn);
    assert_eq!(shop.attempt(&wanted, "email", None).reason, "consent_withdrawn");
}

#[test]
fn other_words_pass_the_same_checks() {
    let shop = Shop::open();
    let wanted = outreach(Purpose::Service, "late");
    let said = |text: &str| shop.attempt(&wanted, "email", Some(text));
    assert_eq!(said("Llega mañana: https://shop.example/1").step, Step::Send);
    for bad in ["https://elsewhere.example", "write to eve@mail.example", "Hola {name}"] {
        let judged = said(bad);
        assert_eq!((judged.step, judged.reason), (Step::Fail, "blocked"), "{bad}");
    }
    assert_eq!(said("ada@mail.example is yours").step, Step::Send, "what is the customer's own may be said");
}

#[test]
fn where_somebody_wrote_they_can_be_answered() {
    let mut shop = Shop::open();
    let mut wanted = outreach(Purpose::Service, "news");
    wanted.channel = Some("wechat".into());
    assert_eq!(shop.propose(&wanted, 0).reason, "no_channel");
    shop.wrote("wechat", -13);
    let judged = shop.propose(&wanted, 0);
    assert_eq!((judged.step, judged.address.conversation.as_deref()), (Step::Send, Some("c-wechat")));
    assert_eq!(shop.propose(&wanted, 36).reason, "channel_window", "48 hours after the customer's last word");
}

#[test]
fn a_plugin_that_serves_no_more_says_nothing() {
    let shop = Shop::open();
    let understanding = shop.snapshot.understanding(&shop.merchant.id).unwrap();
    let (snapshot, merchant, policy) = (&shop.snapshot, &shop.merchant, &shop.policy);
    let ground = Ground { snapshot, understanding: &understanding, merchant, policy, now: at(0) };
    let plugin = PluginVersion { id: "gone".into(), version: "1.0.0".into() };
    let wanted = outreach(Purpose::Service, "news");
    let wish = Wish { id: "o-5", plugin: &plugin, outreach: &wanted, event_at: at(-2), created_at: at(-1) };
    let customer = Arc::new(shop.customer.clone());
    let addressee = Addressee { customer: &customer, recent: &shop.recent, facts: &shop.facts, live: &[] };
    let judged = propose(&ground, &addressee, &wish);
    assert_eq!((judged.step, judged.reason), (Step::Fail, "plugin_gone"));
}

/// One plugin, with words in two languages.
fn snapshot() -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("teller");
    fs::create_dir_all(plugin.join("messages")).unwrap();
    let manifest = "[plugin]\nid = \"teller\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\n[hooks.trigger]\nevents = [\"ping\"]\n";
    for (name, text) in [
        ("plugin.toml", manifest),
        ("main.luau", "return { trigger = function() return {} end }"),
        ("messages/en.json", r#"{"late": "It comes on {$day}.", "late_subject": "Your parcel"}"#),
        ("messages/es.json", r#"{"late": "Llega el {$day}.", "late_subject": "Tu paquete"}"#),
    ] {
        fs::write(plugin.join(name), text).unwrap();
    }
    let (sender, generations) = mpsc::channel();
    let options = registry::Options {
        trusts: Trusts::anything(),
        folder: Some(folder.path().to_owned()),
        bundle_limits: BundleLimits::default(),
        prover: Prover::new(Spawn::Caller, None, Ceiling::default()),
        restored: Vec::new(),
        unwanted: Vec::new(),
        last_generation: 0,
    };
    let registry = Registry::start(options, Memory(sender)).unwrap();
    let generation = generations.recv().unwrap();
    registry.stop();
    Snapshot::new(generation, None)
}

struct Memory(mpsc::Sender<Arc<Generation>>);

impl Store for Memory {
    fn keep(&mut self, note: &Note, _: Option<&Bundle>) -> Result<bool, String> {
        assert_eq!(note.outcome, registry::Outcome::Live, "{}", note.reason);
        Ok(true)
    }

    fn publish(&mut self, generation: Arc<Generation>) {
        let _ = self.0.send(generation);
    }

    fn bundle(&mut self, _: &BundleHash) -> Result<Option<Bundle>, String> {
        Ok(None)
    }

    fn before(&mut self, _: &Place, _: Option<&BundleHash>) -> Result<Option<BundleHash>, String> {
        Ok(None)
    }
}
