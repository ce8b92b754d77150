//! The trait that the host keeps its state behind. One conformance suite holds for every adapter.
//!
//! It is as narrow as the host's needs, and shaped so that a log with atomic batches can keep it as well as a
//! database can: writes are batches with preconditions, reads are few and by key.

use std::sync::Arc;

use async_trait::async_trait;
use cuecard_model::{
    ContactFacts, ConversationId, CustomerId, Event, IdentityKind, KeySet, Learned, MerchantId, MessageId, PluginId,
    Reply, Suggestion, SuggestionId, Timestamp, TurnId,
};

use crate::{
    Aged, ApiKey, ArmResult, Backlog, Batch, Change, Context, CustomerState, DueErrand, DueOutreach, DueTimer, Errand,
    Feedback, Handed, Hook, Identities, InsightQuery, Insights, JudgedRecord, KeptTurn, KeysToCopy, MessageRecord,
    NextDue, OpenEvent, Outcome, OutreachFilter, OutreachId, OutreachRecord, Partition, Person, PluginRecord,
    ProposalRecord, ProposalState, Receipt, ReloadRecord, Result, Room, Scope, Session, Spoken, StoredAudit,
    StoredKeys, StoredSet, Thread, TurnRecord, Write, turn_of,
};

/// Durable state. Shared as `Arc<dyn Engine>`.
///
/// Promises, for every adapter:
/// - What a call has acknowledged survives a killed process. A failed call has kept nothing, except that a disk that
///   fails in the very commit may have: a retry with the same ids finds out, and never counts twice.
/// - A read sees every write that was acknowledged before the read began.
/// - Nothing of one merchant is ever seen through another.
/// - Queues are bounded: past them a write fails with [`crate::Error::Busy`] at once.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// Everything known before a message is answered, in one call. `now` decides which live data is valid.
    async fn context(
        &self,
        merchant: &MerchantId,
        conversation: &ConversationId,
        message: &MessageId,
        customer: &CustomerId,
        now: Timestamp,
    ) -> Result<Context>;

    /// What is known about one customer: to decide on a contact, and to merge a new profile into.
    async fn customer(&self, merchant: &MerchantId, customer: &CustomerId) -> Result<CustomerState>;

    /// What triggers are handed of many customers, in the order asked.
    async fn handed(&self, merchant: &MerchantId, customers: &[CustomerId]) -> Result<Vec<Handed>>;

    /// Keeps a batch as a whole, or refuses it as a whole; returns once it is durable.
    async fn commit(&self, batch: Batch) -> Result<Receipt>;

    /// Keeps events to be decided; for each, whether it is new ([`Outcome::Done`]) or known ([`Outcome::Known`]).
    async fn ingest(&self, merchant: &MerchantId, events: Vec<Event>) -> Result<Vec<Outcome>> {
        let writes = events.into_iter().map(Write::Event).collect();
        match self.commit(Batch::new(merchant.clone(), writes)).await? {
            Receipt::Kept(outcomes) => Ok(outcomes),
            // Events have no precondition, so no batch of events is refused.
            Receipt::Duplicate(_) | Receipt::Refused(_) => Ok(Vec::new()),
        }
    }

    /// Open events of a partition in the order of their arrival. It locks nothing: run one worker per partition.
    /// A second worker does no harm, because [`Write::EventDone`] refuses the later of two decisions.
    async fn claim(&self, partition: Partition, limit: usize) -> Result<Vec<OpenEvent>>;

    /// Timers of a partition whose moment has come, earliest first. Each stays until [`Write::TimerDone`].
    async fn due(&self, partition: Partition, now: Timestamp, limit: usize) -> Result<Vec<DueTimer>>;

    /// Contacts of a partition that are to be looked at, earliest first. Each stays until its `due_at` is changed.
    async fn outreach_due(&self, partition: Partition, now: Timestamp, limit: usize) -> Result<Vec<DueOutreach>>;

    /// When the next timer and the next contact of a partition come due; in the past for what is due already.
    async fn next_due(&self, partition: Partition) -> Result<NextDue>;

    /// Errands of a partition that are to be looked at, in the order of their coming; without those that wait in line
    /// behind another of their conversation. Each stays until its `due_at` is changed.
    async fn errands_due(&self, partition: Partition, now: Timestamp, limit: usize) -> Result<Vec<DueErrand>>;

    /// When the next errand of a partition is due; in the past for what is due already.
    async fn next_errand(&self, partition: Partition) -> Result<Option<Timestamp>>;

    /// An errand by its id.
    async fn errand(&self, merchant: &MerchantId, id: &str) -> Result<Option<Errand>>;

    /// What the gate must know of a customer's consent and of earlier contacts. Suppressions are those of the customer
    /// and of `subjects`, e.g. keyed hashes of addresses.
    async fn contact_facts(
        &self,
        merchant: &MerchantId,
        customer: &CustomerId,
        subjects: &[Arc<str>],
    ) -> Result<ContactFacts>;

    /// A turn by its id.
    async fn turn(&self, merchant: &MerchantId, turn: &TurnId) -> Result<Option<TurnRecord>>;

    /// A suggestion by its id, with its turn. Ids are made by [`crate::suggestion_id`].
    async fn suggestion(&self, merchant: &MerchantId, id: &SuggestionId) -> Result<Option<(TurnRecord, Suggestion)>> {
        let Some(turn) = turn_of(id) else { return Ok(None) };
        let Some(turn) = self.turn(merchant, &turn).await? else { return Ok(None) };
        let Ok(reply) = serde_json::from_str::<Reply>(&turn.reply) else { return Ok(None) };
        let found = reply.suggestions.into_iter().find(|suggestion| suggestion.id == *id);
        Ok(found.map(|suggestion| (turn, suggestion)))
    }

    /// Turns in the order of their ids, after the given one: for export and replay.
    async fn turns(&self, merchant: &MerchantId, after: Option<&TurnId>, limit: usize) -> Result<Vec<TurnRecord>>;

    /// The newest turns, newest first, with what was known around each: of these conversations, or of all if none is named.
    async fn kept_turns(
        &self,
        merchant: &MerchantId,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Vec<KeptTurn>>;

    /// Of which types events were judged that can be judged again.
    async fn judged_kinds(&self, merchant: &MerchantId) -> Result<Vec<String>>;

    /// The newest judged events of these types, newest first.
    async fn judged(&self, merchant: &MerchantId, kinds: &[String], limit: usize) -> Result<Vec<JudgedRecord>>;

    /// Turns newest first, before the given one: for people who look for one.
    async fn turns_before(
        &self,
        merchant: &MerchantId,
        before: Option<&TurnId>,
        limit: usize,
    ) -> Result<Vec<TurnRecord>>;

    /// The sets of a plugin's keys, or of all plugins': by plugin, merchant and version.
    async fn key_sets(&self, plugin: Option<&PluginId>) -> Result<Vec<StoredSet>>;

    /// Customers with keys in a set, in the order of their ids, after one.
    async fn keys_page(
        &self,
        merchant: &MerchantId,
        set: &KeySet,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<KeysToCopy>>;

    /// Customers whose keys in this set have changed since they were copied to the next one, with what they are now.
    async fn keys_changed(&self, merchant: &MerchantId, set: &KeySet, limit: usize) -> Result<Vec<KeysToCopy>>;

    /// How much a plugin stores for a merchant's customers, in the version in use.
    async fn stored_keys(&self, merchant: &MerchantId, plugin: &PluginId) -> Result<StoredKeys>;

    /// What waits, of all merchants.
    async fn backlog(&self) -> Result<Backlog>;

    /// The last messages of a conversation, oldest first.
    async fn conversation(
        &self,
        merchant: &MerchantId,
        conversation: &ConversationId,
        limit: usize,
    ) -> Result<Vec<MessageRecord>>;

    /// Feedback given at or after a moment, oldest first.
    async fn feedback(&self, merchant: &MerchantId, since: Timestamp, limit: usize) -> Result<Vec<Feedback>>;

    /// Agents' words that may become scripts, of one state, newest first.
    async fn proposals(&self, merchant: &MerchantId, state: ProposalState, limit: usize)
    -> Result<Vec<ProposalRecord>>;

    /// One of them by its id.
    async fn proposal(&self, merchant: &MerchantId, id: &str) -> Result<Option<ProposalRecord>>;

    /// All that was done with these suggestions, for each in the order of time.
    async fn feedback_on(&self, merchant: &MerchantId, suggestions: &[SuggestionId]) -> Result<Vec<Feedback>>;

    /// What acceptance has taught about a merchant's suggestions. From memory.
    async fn learned(&self, merchant: &MerchantId) -> Result<Arc<Learned>>;

    /// What became of an experiment's conversations so far, by arm.
    async fn trials(&self, merchant: &MerchantId, experiment: &str) -> Result<Vec<ArmResult>>;
    /// What became of turns and cases over a window of time. Takes time by the window; keeps no writer waiting.
    async fn insights(&self, merchant: &MerchantId, query: &InsightQuery) -> Result<Insights>;

    /// Conversations by their newest message, newest first; before a place, if one is given.
    async fn threads(&self, merchant: &MerchantId, before: Option<u64>, limit: usize) -> Result<Vec<Thread>>;

    /// The last messages of a conversation with their turns, oldest first; before a place, if one is given.
    async fn spoken(
        &self,
        merchant: &MerchantId,
        conversation: &ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Spoken>>;

    /// Proposed contacts, newest first.
    async fn outreach(
        &self,
        merchant: &MerchantId,
        filter: &OutreachFilter,
        limit: usize,
    ) -> Result<Vec<OutreachRecord>>;

    /// A proposed contact by its id.
    async fn contact(&self, merchant: &MerchantId, id: &OutreachId) -> Result<Option<OutreachRecord>>;

    /// A proposed contact by the carrier's own id of it.
    async fn contact_by_reference(&self, merchant: &MerchantId, reference: &str) -> Result<Option<OutreachRecord>>;

    /// Keeps an operator's or author's changes together or not at all; returns once they are durable.
    /// `Ok(false)`: one of them was refused (a plugin was changed by someone else meanwhile), and nothing is kept.
    async fn change(&self, changes: Vec<Change>) -> Result<bool>;

    /// The current record of every plugin, of all scopes.
    async fn plugins(&self) -> Result<Vec<PluginRecord>>;

    /// All records of one plugin, newest first: a rollback looks here for the one before.
    async fn plugin_history(&self, scope: &Scope, plugin: &PluginId, limit: usize) -> Result<Vec<PluginRecord>>;

    /// Which merchants do not want which shared plugins.
    async fn disabled(&self) -> Result<Vec<(MerchantId, PluginId)>>;

    /// What was loaded or refused, newest first: for one merchant (the shared plugins included), or for all.
    async fn reloads(&self, merchant: Option<&MerchantId>, limit: usize) -> Result<Vec<ReloadRecord>>;

    /// Keeps a bundle under its content hash. Keeping it again changes nothing.
    async fn put_bundle(&self, hash: &str, bytes: Arc<[u8]>) -> Result<()>;

    /// A bundle by its content hash.
    async fn bundle(&self, hash: &str) -> Result<Option<Arc<[u8]>>>;

    /// What a bundle's own tests cost, if that was kept with it.
    async fn bundle_cost(&self, hash: &str) -> Result<Option<Arc<str>>>;

    /// A key by its hash, revoked or not. From memory: cheap enough for every request.
    async fn api_key(&self, hash: &str) -> Result<Option<ApiKey>>;

    /// All keys.
    async fn api_keys(&self) -> Result<Vec<ApiKey>>;

    /// The people of that name, of all merchants. From memory.
    async fn people_named(&self, name: &str) -> Result<Vec<Person>>;

    /// All people, by merchant and name.
    async fn people(&self) -> Result<Vec<Person>>;

    /// A session by its token's hash, with its person, however old it is. From memory: cheap enough for every request.
    async fn session(&self, hash: &str) -> Result<Option<(Session, Person)>>;

    /// The audit of a merchant, or of what is shared, before a number: newest first.
    async fn audit(&self, scope: &Scope, before: Option<u64>, limit: usize) -> Result<Vec<StoredAudit>>;

    /// A small setting.
    async fn setting(&self, scope: &Scope, name: &str) -> Result<Option<String>>;

    /// An address for webhooks by the hash of its key, taken back or not. From memory.
    async fn hook(&self, hash: &str) -> Result<Option<Hook>>;

    /// All addresses for webhooks.
    async fn hooks(&self) -> Result<Vec<Hook>>;

    /// Who a customer is, by all names. Reads and writes of one name are reads and writes of all.
    async fn identities(&self, merchant: &MerchantId, customer: &CustomerId) -> Result<Identities>;

    /// Customers who are known by a name of this kind that begins so.
    async fn known_by(
        &self,
        merchant: &MerchantId,
        kind: IdentityKind,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<CustomerId>>;

    /// Everything that is kept of a customer, as JSON.
    async fn export(&self, merchant: &MerchantId, customer: &CustomerId) -> Result<serde_json::Value>;

    /// Rows after a place, in their order, of all merchants: for a sweep to judge.
    async fn aged(&self, room: Room, after: i64, limit: usize) -> Result<Vec<Aged>>;

    /// Makes sure that nothing of what was erased can be read in the storage; `false` if it could not yet.
    async fn scrub(&self) -> Result<bool>;

    /// The highest generation that any kept turn or reload names; 0 if none. The next one is higher.
    async fn last_generation(&self) -> Result<u64>;

    /// Whether writes can be kept: an error if the storage has failed or the engine is closing.
    async fn ready(&self) -> Result<()>;

    /// Keeps what is waiting and lets go of the storage. Later writes fail with [`crate::Error::Closed`].
    async fn close(&self);
}
