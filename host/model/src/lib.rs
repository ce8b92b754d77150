//! Plain data that every room of the host speaks: messages, signals, turns, drafts, suggestions, events.
//!
//! Owns names, shapes and their JSON. Deliberately knows no I/O, no async, no plugin runtime and no rules.
//! What travels to a worker process is also `borsh`.

mod consent;
mod customer;
mod draft;
mod event;
mod failure;
mod ids;
mod key_set;
mod learned;
mod live;
mod message;
mod money;
mod news;
mod profile;
mod recent;
mod scope;
mod signals;
mod suggestion;
mod timestamp;
mod turn;
mod value;

pub use consent::{
    ConsentAnswer, ConsentPurpose, ConsentRecord, ContactFacts, PastContact, Sent, Suppression, SuppressionCause,
};
pub use customer::{
    Customer, Fulfillment, FulfillmentStatus, Item, Order, OrderStatus, PersonName, Refund, RefundStatus, Return,
    ReturnStatus,
};
pub use draft::{Action, Culture, Direction, Draft, Register, Step, StepKind};
pub use event::{Decision, Event, Outreach, Purpose, Timer};
pub use failure::{Failure, FailureKind};
pub use ids::{
    AgentId, ConversationId, CustomerId, EventId, MerchantId, MessageId, PluginId, PluginVersion, ScenarioId,
    SuggestionId, TurnId,
};
pub use key_set::KeySet;
pub use learned::{Acceptance, Arm, HALF_LIFE_DAYS, Learned, Tally};
pub use live::LiveItem;
pub use message::{IncomingMessage, Message, Role, Voice};
pub use money::{Money, MoneyError};
pub use news::{Claim, Dated, IdentityKind, News, OrderNews};
pub use profile::{Buyer, ExplainedProfile, OpenProblem, ProblemKind, Profile, Risk};
pub use recent::{Contact, Recent};
pub use scope::Scope;
pub use signals::{
    Alternative, Classification, ClassifiedEmotion, DetectedLanguage, DetectedScenario, Emotion, EmotionLabel, Signals,
    Stage, Trend, TurningPoint,
};
pub use suggestion::{Assigned, MessageForAgent, RenderedStep, Reply, Suggestion, TimingUs, Trace};
pub use timestamp::Timestamp;
pub use turn::Turn;
pub use value::{Fields, Value, flatten};
