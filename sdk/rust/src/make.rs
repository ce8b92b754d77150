//! Making answers: drafts, steps, actions, outreach and timers, a call per part.

use crate::{
    Action, Alternative, Classification, ClassifiedEmotion, ClassifiedScenario, Decision, DetectedLanguage, Draft,
    EmotionLabel, Field, Money, Outreach, Purpose, Stage, Step, StepKind, Timer, Timestamp, Value,
};

impl Draft {
    /// A draft of nothing yet, to add steps to.
    pub fn new() -> Self {
        Self {
            scenario: None,
            title: None,
            message: None,
            arguments: Vec::new(),
            text: None,
            steps: Vec::new(),
            actions: Vec::new(),
            reason: String::new(),
            confidence: None,
        }
    }

    /// A message of `messages/`, put into words by the host in the customer's language.
    pub fn message(key: impl Into<String>) -> Self {
        Self { message: Some(key.into()), ..Self::new() }
    }

    /// Raw text, which passes the same checks as messages do.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::new() }
    }

    /// A value for the message, or for the last step if there is one.
    pub fn arg(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let arguments = self.steps.last_mut().map_or(&mut self.arguments, |step| &mut step.arguments);
        arguments.push(Field { name: name.into(), value: value.into() });
        self
    }

    /// A next part of the reply: a message of `messages/`.
    pub fn step(mut self, kind: StepKind, key: impl Into<String>) -> Self {
        self.steps.push(Step { kind, message: Some(key.into()), arguments: Vec::new(), text: None });
        self
    }

    /// Something that the agent can set off with one key, e.g. `create_return`.
    pub fn action(mut self, kind: impl Into<String>, args: impl IntoIterator<Item = Field>) -> Self {
        self.actions.push(Action { type_: kind.into(), args: args.into_iter().collect() });
        self
    }

    /// The scenario that it answers, if not the turn's.
    pub fn scenario(mut self, id: impl Into<String>) -> Self {
        self.scenario = Some(id.into());
        self
    }

    /// A short heading for the agent.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Why this is offered, for the agent.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// 0 to 1; the scenario's confidence, if left out.
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.confidence = Some(confidence);
        self
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self::new()
    }
}

impl Field {
    /// A value under a name.
    pub fn new(name: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Classification {
    /// Nothing understood otherwise yet.
    pub fn new() -> Self {
        Self { language: None, scenario: None, emotion: None, stage: None, reason: String::new() }
    }

    /// In place of the language, BCP 47.
    pub fn language(mut self, tag: impl Into<String>, confidence: f64) -> Self {
        self.language = Some(DetectedLanguage { tag: tag.into(), confidence });
        self
    }

    /// In place of the scenario. What it replaces becomes the first alternative, unless some are named.
    pub fn scenario(mut self, id: impl Into<String>, confidence: f64) -> Self {
        self.scenario = Some(ClassifiedScenario { id: id.into(), confidence, alternatives: Vec::new() });
        self
    }

    /// A scenario that came near; after the scenario, best first.
    pub fn alternative(mut self, id: impl Into<String>, confidence: f64) -> Self {
        if let Some(scenario) = &mut self.scenario {
            scenario.alternatives.push(Alternative { id: id.into(), confidence });
        }
        self
    }

    /// In place of the emotion; the trend stays as it was.
    pub fn emotion(mut self, label: EmotionLabel, intensity: f64) -> Self {
        self.emotion = Some(ClassifiedEmotion { label, intensity, trend: None });
        self
    }

    /// In place of the stage.
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stage = Some(stage);
        self
    }

    /// Why, for the trace.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}

impl Default for Classification {
    fn default() -> Self {
        Self::new()
    }
}

impl Outreach {
    /// A contact about something that the customer has bought or asked. The same occurrence is proposed once.
    pub fn service(occurrence: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Purpose::Service, occurrence.into(), message.into())
    }

    /// A contact to sell.
    pub fn marketing(occurrence: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Purpose::Marketing, occurrence.into(), message.into())
    }

    /// A value for the message.
    pub fn arg(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.push(Field::new(name, value));
        self
    }

    /// Why, for the agent.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// When that happened which is the reason, if not in this very event: an order since then ends the contact.
    pub fn since(mut self, reason_at: Timestamp) -> Self {
        self.reason_at = Some(reason_at);
        self
    }

    /// After this moment it is of no use.
    pub fn until(mut self, valid_until: Timestamp) -> Self {
        self.valid_until = Some(valid_until);
        self
    }

    fn new(purpose: Purpose, occurrence: String, message: String) -> Self {
        Self {
            occurrence,
            purpose,
            scenario: None,
            message: Some(message),
            arguments: Vec::new(),
            text: None,
            channel: None,
            template: None,
            reason: String::new(),
            reason_at: None,
            valid_until: None,
        }
    }
}

impl Timer {
    /// An event that the host raises later; setting the same key again moves it.
    pub fn new(key: impl Into<String>, at: Timestamp, event: impl Into<String>) -> Self {
        Self { key: key.into(), at, event: event.into(), fields: Vec::new() }
    }

    /// A field of the event.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push(Field::new(name, value));
        self
    }
}

impl From<Outreach> for Decision {
    fn from(outreach: Outreach) -> Self {
        Self::Outreach(outreach)
    }
}

impl From<Timer> for Decision {
    fn from(timer: Timer) -> Self {
        Self::Timer(timer)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Money> for Value {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl From<&Money> for Value {
    fn from(money: &Money) -> Self {
        Self::Money(money.clone())
    }
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(number: $type) -> Self {
                Self::Number(number as f64)
            }
        }
    )*};
}

number!(f64, i32, u32, i64, usize);
