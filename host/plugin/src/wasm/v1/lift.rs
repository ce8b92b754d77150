//! From what a component answered to the model, under a budget, naming the place of what cannot be taken.
//!
//! Nesting needs no budget: the contract's types are not recursive, a reply is at most six deep.

use std::fmt;

use cuecard_model::{
    Action, Alternative, Classification, ClassifiedEmotion, Decision, DetectedLanguage, DetectedScenario, Draft,
    EmotionLabel, FailureKind, Fields, Money, Outreach, Purpose, ScenarioId, Stage, Step, StepKind, Timer, Timestamp,
    Trend, Value,
};

use super::bindings::types as wit;
use crate::{
    call::CallError,
    classified::{self, MOST_ALTERNATIVES},
    limits::Limits,
};

/// The answer to a hook call being taken over.
pub(super) struct Reply<'l> {
    limits: &'l Limits,
    nodes: u32,
    bytes: u32,
}

/// Where in a reply: the way from the root, on the stack, put into words only when something is wrong there.
#[derive(Clone, Copy)]
enum Place<'p> {
    Root(&'static str),
    Field(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl<'l> Reply<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self { limits, nodes: 0, bytes: 0 }
    }

    pub(super) fn drafts(mut self, drafts: Vec<wit::DraftResult>) -> Result<Vec<Draft>, CallError> {
        let limit = self.limits.drafts as usize;
        if drafts.len() > limit {
            return Err(reply(format!("reply: {} suggestions, more than {limit}", drafts.len())));
        }
        self.list(Place::Root("reply"), drafts, Self::draft)
    }

    pub(super) fn one_draft(mut self, draft: wit::DraftResult) -> Result<Draft, CallError> {
        self.draft(Place::Root("reply"), draft)
    }

    pub(super) fn decisions(mut self, decisions: Vec<wit::Decision>) -> Result<Vec<Decision>, CallError> {
        self.list(Place::Root("reply"), decisions, Self::decision)
    }

    pub(super) fn keys(mut self, keys: Vec<wit::FieldResult>) -> Result<Fields, CallError> {
        self.fields(Place::Root("reply"), keys)
    }

    pub(super) fn classification(mut self, found: wit::Classification) -> Result<Classification, CallError> {
        let at = Place::Root("reply");
        Ok(Classification {
            language: found.language.map(|given| self.language(at.field("language"), given)).transpose()?,
            scenario: found.scenario.map(|given| self.scenario(at.field("scenario"), given)).transpose()?,
            emotion: found.emotion.map(|given| self.emotion(at.field("emotion"), given)).transpose()?,
            stage: found.stage.map(stage),
            reason: self.text(at.field("reason"), found.reason)?,
        })
    }

    fn language(&mut self, at: Place<'_>, given: wit::DetectedLanguageResult) -> Result<DetectedLanguage, CallError> {
        let tag = self.checked(at.field("tag"), given.tag, classified::language)?;
        Ok(DetectedLanguage { tag, confidence: share(at.field("confidence"), given.confidence)? })
    }

    fn scenario(&mut self, at: Place<'_>, given: wit::ClassifiedScenario) -> Result<DetectedScenario, CallError> {
        let id = ScenarioId::from(self.checked(at.field("id"), given.id, classified::scenario)?);
        let confidence = share(at.field("confidence"), given.confidence)?;
        let at = at.field("alternatives");
        if given.alternatives.len() > MOST_ALTERNATIVES {
            let count = given.alternatives.len();
            return Err(wrong(at, &format!("{count} items, at most {MOST_ALTERNATIVES} are taken")));
        }
        Ok(DetectedScenario { id, confidence, alternatives: self.list(at, given.alternatives, Self::alternative)? })
    }

    fn alternative(&mut self, at: Place<'_>, given: wit::AlternativeResult) -> Result<Alternative, CallError> {
        let id = self.checked(at.field("id"), given.id, classified::scenario)?.into();
        Ok(Alternative { id, confidence: share(at.field("confidence"), given.confidence)? })
    }

    fn emotion(&mut self, at: Place<'_>, given: wit::ClassifiedEmotion) -> Result<ClassifiedEmotion, CallError> {
        let intensity = share(at.field("intensity"), given.intensity)?;
        Ok(ClassifiedEmotion { label: emotion_label(given.label), intensity, trend: given.trend.map(trend) })
    }

    fn checked(
        &mut self,
        at: Place<'_>,
        text: String,
        check: fn(&str) -> Result<(), String>,
    ) -> Result<String, CallError> {
        let text = self.text(at, text)?;
        check(&text).map(|()| text).map_err(|reason| wrong(at, &reason))
    }

    fn draft(&mut self, at: Place<'_>, draft: wit::DraftResult) -> Result<Draft, CallError> {
        self.node(at)?;
        Ok(Draft {
            scenario: self.optional(at.field("scenario"), draft.scenario)?.map(Into::into),
            title: self.optional(at.field("title"), draft.title)?,
            message: self.optional(at.field("message"), draft.message)?,
            arguments: self.fields(at.field("arguments"), draft.arguments)?,
            text: self.optional(at.field("text"), draft.text)?,
            steps: self.list(at.field("steps"), draft.steps, Self::step)?,
            actions: self.list(at.field("actions"), draft.actions, Self::action)?,
            reason: self.text(at.field("reason"), draft.reason)?,
            confidence: draft.confidence.map(|given| finite(at.field("confidence"), given)).transpose()?,
        })
    }

    fn step(&mut self, at: Place<'_>, step: wit::StepResult) -> Result<Step, CallError> {
        self.node(at)?;
        Ok(Step {
            kind: step_kind(step.kind),
            message: self.optional(at.field("message"), step.message)?,
            arguments: self.fields(at.field("arguments"), step.arguments)?,
            text: self.optional(at.field("text"), step.text)?,
        })
    }

    fn action(&mut self, at: Place<'_>, action: wit::ActionResult) -> Result<Action, CallError> {
        self.node(at)?;
        Ok(Action {
            kind: self.text(at.field("type"), action.type_)?,
            args: self.fields(at.field("args"), action.args)?,
        })
    }

    fn decision(&mut self, at: Place<'_>, decision: wit::Decision) -> Result<Decision, CallError> {
        self.node(at)?;
        match decision {
            wit::Decision::Outreach(outreach) => self.outreach(at.field("outreach"), outreach).map(Decision::Outreach),
            wit::Decision::Timer(timer) => self.timer(at.field("timer"), timer).map(Decision::Timer),
            wit::Decision::Cancel(key) => self.text(at.field("cancel"), key).map(Decision::Cancel),
        }
    }

    fn outreach(&mut self, at: Place<'_>, outreach: wit::Outreach) -> Result<Outreach, CallError> {
        Ok(Outreach {
            occurrence: self.text(at.field("occurrence"), outreach.occurrence)?,
            purpose: match outreach.purpose {
                wit::Purpose::Service => Purpose::Service,
                wit::Purpose::Marketing => Purpose::Marketing,
            },
            scenario: self.optional(at.field("scenario"), outreach.scenario)?.map(Into::into),
            message: self.optional(at.field("message"), outreach.message)?,
            arguments: self.fields(at.field("arguments"), outreach.arguments)?,
            text: self.optional(at.field("text"), outreach.text)?,
            channel: self.optional(at.field("channel"), outreach.channel)?,
            template: self.optional(at.field("template"), outreach.template)?,
            reason: self.text(at.field("reason"), outreach.reason)?,
            reason_at: outreach.reason_at.map(Timestamp::from_seconds),
            valid_until: outreach.valid_until.map(Timestamp::from_seconds),
        })
    }

    fn timer(&mut self, at: Place<'_>, timer: wit::Timer) -> Result<Timer, CallError> {
        Ok(Timer {
            key: self.text(at.field("key"), timer.key)?,
            at: Timestamp::from_seconds(timer.at),
            event: self.text(at.field("event"), timer.event)?,
            fields: self.fields(at.field("fields"), timer.fields)?,
        })
    }

    fn list<T, M>(
        &mut self,
        at: Place<'_>,
        items: Vec<T>,
        take: impl Fn(&mut Self, Place<'_>, T) -> Result<M, CallError>,
    ) -> Result<Vec<M>, CallError> {
        items.into_iter().enumerate().map(|(index, item)| take(self, Place::Index(&at, index), item)).collect()
    }

    fn fields(&mut self, at: Place<'_>, fields: Vec<wit::FieldResult>) -> Result<Fields, CallError> {
        let mut taken = Fields::new();
        for wit::FieldResult { name, value } in fields {
            self.node(at)?;
            let value = self.value(Place::Field(&at, &name), value)?;
            let name = self.text(at, name)?;
            if taken.contains_key(&name) {
                return Err(wrong(Place::Field(&at, &name), "given twice"));
            }
            taken.insert(name, value);
        }
        Ok(taken)
    }

    fn value(&mut self, at: Place<'_>, value: wit::ValueResult) -> Result<Value, CallError> {
        match value {
            wit::ValueResult::Flag(flag) => Ok(Value::Flag(flag)),
            wit::ValueResult::Number(number) => finite(at, number).map(Value::Number),
            wit::ValueResult::Text(text) => self.text(at, text).map(Value::Text),
            wit::ValueResult::Money(money) => {
                let money = money_unchecked(money);
                money.check().map_err(|error| wrong(at, &error.to_string()))?;
                Ok(Value::Money(money))
            }
        }
    }

    fn optional(&mut self, at: Place<'_>, text: Option<String>) -> Result<Option<String>, CallError> {
        text.map(|text| self.text(at, text)).transpose()
    }

    fn text(&mut self, at: Place<'_>, text: String) -> Result<String, CallError> {
        self.node(at)?;
        self.bytes = self.bytes.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
        if self.bytes > self.limits.reply_bytes {
            return Err(wrong(at, &format!("the reply has more than {} bytes of text here", self.limits.reply_bytes)));
        }
        if text.contains('\0') {
            return Err(wrong(at, "holds U+0000"));
        }
        Ok(text)
    }

    fn node(&mut self, at: Place<'_>) -> Result<(), CallError> {
        self.nodes += 1;
        if self.nodes > self.limits.reply_nodes {
            return Err(wrong(at, &format!("the reply has more than {} values here", self.limits.reply_nodes)));
        }
        Ok(())
    }
}

impl<'p> Place<'p> {
    fn field(&'p self, name: &'p str) -> Place<'p> {
        Place::Field(self, name)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => out.write_str(name),
            Self::Field(parent, name) => write!(out, "{parent}.{}", name.chars().take(80).collect::<String>()),
            Self::Index(parent, index) => write!(out, "{parent}[{index}]"),
        }
    }
}

/// The arguments of a host call: bounded in bytes by the hostcall fuel, so that only their shape is checked.
pub(super) fn fields(name: &'static str, fields: Vec<wit::FieldResult>) -> Result<Fields, CallError> {
    let limits = Limits::default();
    Reply::new(&limits).fields(Place::Root(name), fields)
}

/// One value of a host call.
pub(super) fn value(name: &'static str, value: wit::ValueResult) -> Result<Value, CallError> {
    let limits = Limits { reply_bytes: u32::MAX, ..Limits::default() };
    Reply::new(&limits).value(Place::Root(name), value)
}

/// Refuses text that a database or a terminal cannot hold.
pub(super) fn check_text(name: &'static str, text: &str) -> Result<(), CallError> {
    if text.contains('\0') { Err(wrong(Place::Root(name), "holds U+0000")) } else { Ok(()) }
}

/// A stored value on its way back to the component.
pub(super) fn value_back(value: Value) -> wit::ValueResult {
    match value {
        Value::Flag(flag) => wit::ValueResult::Flag(flag),
        Value::Number(number) => wit::ValueResult::Number(number),
        Value::Text(text) => wit::ValueResult::Text(text),
        Value::Money(Money { amount, currency }) => wit::ValueResult::Money(wit::MoneyResult { amount, currency }),
    }
}

/// An amount as it came; whoever uses it checks it.
pub(super) fn money_unchecked(money: wit::MoneyResult) -> Money {
    Money { amount: money.amount, currency: money.currency }
}

fn step_kind(kind: wit::StepKind) -> StepKind {
    match kind {
        wit::StepKind::Greeting => StepKind::Greeting,
        wit::StepKind::Empathy => StepKind::Empathy,
        wit::StepKind::Apology => StepKind::Apology,
        wit::StepKind::Fact => StepKind::Fact,
        wit::StepKind::Solution => StepKind::Solution,
        wit::StepKind::Question => StepKind::Question,
        wit::StepKind::Closing => StepKind::Closing,
    }
}

fn emotion_label(label: wit::EmotionLabel) -> EmotionLabel {
    match label {
        wit::EmotionLabel::Neutral => EmotionLabel::Neutral,
        wit::EmotionLabel::Happy => EmotionLabel::Happy,
        wit::EmotionLabel::Grateful => EmotionLabel::Grateful,
        wit::EmotionLabel::Confused => EmotionLabel::Confused,
        wit::EmotionLabel::Anxious => EmotionLabel::Anxious,
        wit::EmotionLabel::Disappointed => EmotionLabel::Disappointed,
        wit::EmotionLabel::Frustrated => EmotionLabel::Frustrated,
        wit::EmotionLabel::Angry => EmotionLabel::Angry,
    }
}

fn trend(trend: wit::Trend) -> Trend {
    match trend {
        wit::Trend::Rising => Trend::Rising,
        wit::Trend::Steady => Trend::Steady,
        wit::Trend::Falling => Trend::Falling,
    }
}

fn stage(stage: wit::Stage) -> Stage {
    match stage {
        wit::Stage::Browsing => Stage::Browsing,
        wit::Stage::Hesitating => Stage::Hesitating,
        wit::Stage::Checkout => Stage::Checkout,
        wit::Stage::AwaitingShipment => Stage::AwaitingShipment,
        wit::Stage::InTransit => Stage::InTransit,
        wit::Stage::Delivered => Stage::Delivered,
        wit::Stage::AfterSale => Stage::AfterSale,
        wit::Stage::Lapsed => Stage::Lapsed,
    }
}

fn share(at: Place<'_>, number: f64) -> Result<f64, CallError> {
    classified::share(number).map(|()| number).map_err(|reason| wrong(at, &reason))
}

fn finite(at: Place<'_>, number: f64) -> Result<f64, CallError> {
    if number.is_finite() { Ok(number) } else { Err(wrong(at, &number.to_string())) }
}

fn wrong(at: Place<'_>, what: &str) -> CallError {
    reply(format!("{at}: {what}"))
}

fn reply(detail: String) -> CallError {
    CallError::new(FailureKind::Reply, detail)
}
