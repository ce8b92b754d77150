//! The trait, spelled out for SQLite: each call is a job for the writer or a question to the pool.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use cuecard_model::{
    ContactFacts, ConversationId, CustomerId, IdentityKind, KeySet, Learned, MerchantId, MessageId, PluginId,
    SuggestionId, Timestamp, TurnId,
};
use tokio::sync::oneshot;

use super::{
    SqliteEngine, audit,
    check::{check, weigh_change},
    context::Question,
    errands, feedback, forget, hooks, identities, insights, judged, kept, keys, people, proposals, read, read_outreach,
    threads, trial,
    writer::Job,
};
use crate::{
    Aged, ApiKey, ArmResult, Backlog, Batch, Change, Context, CustomerState, DueErrand, DueOutreach, DueTimer, Engine,
    Errand, Error, Feedback, Handed, Hook, Identities, InsightQuery, Insights, JudgedRecord, KeptTurn, KeysToCopy,
    MessageRecord, NextDue, OpenEvent, OutreachFilter, OutreachId, OutreachRecord, Partition, Person, PluginRecord,
    ProposalRecord, ProposalState, Receipt, ReloadRecord, Result, Room, Scope, Session, Spoken, StoredAudit,
    StoredKeys, StoredSet, Thread, TurnRecord,
};

/// The largest bundle that is kept.
const BUNDLE: usize = 32 << 20;

#[async_trait]
impl Engine for SqliteEngine {
    async fn context(
        &self,
        merchant: &MerchantId,
        conversation: &ConversationId,
        message: &MessageId,
        customer: &CustomerId,
        now: Timestamp,
    ) -> Result<Context> {
        let question = Question {
            conversation: (merchant.clone(), conversation.clone()),
            message: message.clone(),
            customer: self.cache.canonical((merchant.clone(), customer.clone())),
            now,
        };
        self.know(question).await
    }

    async fn customer(&self, merchant: &MerchantId, customer: &CustomerId) -> Result<CustomerState> {
        self.know_customer(self.cache.canonical((merchant.clone(), customer.clone()))).await
    }

    async fn handed(&self, merchant: &MerchantId, customers: &[CustomerId]) -> Result<Vec<Handed>> {
        let canonical = |customer: &CustomerId| self.cache.canonical((merchant.clone(), customer.clone())).1;
        self.hand(merchant, customers.iter().map(canonical).collect()).await
    }

    async fn commit(&self, batch: Batch) -> Result<Receipt> {
        let bytes = check(&batch)?;
        let (waiter, waiting) = oneshot::channel();
        self.send(Job::Commit(batch, waiter), bytes)?;
        answer(waiting).await
    }

    async fn claim(&self, partition: Partition, limit: usize) -> Result<Vec<OpenEvent>> {
        self.pool.read(move |connection| read::claim(connection, partition, limit)).await
    }

    async fn due(&self, partition: Partition, now: Timestamp, limit: usize) -> Result<Vec<DueTimer>> {
        self.pool.read(move |connection| read::due(connection, partition, now, limit)).await
    }

    async fn outreach_due(&self, partition: Partition, now: Timestamp, limit: usize) -> Result<Vec<DueOutreach>> {
        self.pool.read(move |connection| read_outreach::due(connection, partition, now, limit)).await
    }

    async fn next_due(&self, partition: Partition) -> Result<NextDue> {
        self.pool.read(move |connection| read::next_due(connection, partition)).await
    }

    async fn errands_due(&self, partition: Partition, now: Timestamp, limit: usize) -> Result<Vec<DueErrand>> {
        self.pool.read(move |connection| errands::due(connection, partition, now, limit)).await
    }

    async fn next_errand(&self, partition: Partition) -> Result<Option<Timestamp>> {
        self.pool.read(move |connection| errands::next_due(connection, partition)).await
    }

    async fn errand(&self, merchant: &MerchantId, id: &str) -> Result<Option<Errand>> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        self.pool.read(move |connection| errands::by_id(connection, &merchant, &id)).await
    }

    async fn contact_facts(
        &self,
        merchant: &MerchantId,
        customer: &CustomerId,
        subjects: &[Arc<str>],
    ) -> Result<ContactFacts> {
        let (merchant, customer) = self.cache.canonical((merchant.clone(), customer.clone()));
        let subjects = subjects.to_vec();
        self.pool.read(move |connection| read_outreach::facts(connection, &merchant, &customer, &subjects)).await
    }

    async fn turn(&self, merchant: &MerchantId, turn: &TurnId) -> Result<Option<TurnRecord>> {
        let (merchant, turn) = (merchant.clone(), turn.clone());
        self.pool.read(move |connection| read::turn(connection, &merchant, &turn)).await
    }

    async fn turns(&self, merchant: &MerchantId, after: Option<&TurnId>, limit: usize) -> Result<Vec<TurnRecord>> {
        let (merchant, after) = (merchant.clone(), after.cloned());
        self.pool.read(move |connection| read::turns(connection, &merchant, after.as_ref(), limit)).await
    }

    async fn kept_turns(
        &self,
        merchant: &MerchantId,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Vec<KeptTurn>> {
        let (merchant, conversations) = (merchant.clone(), conversations.to_vec());
        self.pool.read(move |connection| kept::turns(connection, &merchant, &conversations, limit)).await
    }

    async fn judged_kinds(&self, merchant: &MerchantId) -> Result<Vec<String>> {
        let merchant = merchant.clone();
        self.pool.read(move |connection| judged::kinds(connection, &merchant)).await
    }

    async fn judged(&self, merchant: &MerchantId, kinds: &[String], limit: usize) -> Result<Vec<JudgedRecord>> {
        let (merchant, kinds) = (merchant.clone(), kinds.to_vec());
        self.pool.read(move |connection| judged::list(connection, &merchant, &kinds, limit)).await
    }

    async fn turns_before(
        &self,
        merchant: &MerchantId,
        before: Option<&TurnId>,
        limit: usize,
    ) -> Result<Vec<TurnRecord>> {
        let (merchant, before) = (merchant.clone(), before.cloned());
        self.pool.read(move |connection| read::turns_before(connection, &merchant, before.as_ref(), limit)).await
    }

    async fn key_sets(&self, plugin: Option<&PluginId>) -> Result<Vec<StoredSet>> {
        let plugin = plugin.cloned();
        self.pool.read(move |connection| keys::sets(connection, plugin.as_ref())).await
    }

    async fn keys_page(
        &self,
        merchant: &MerchantId,
        set: &KeySet,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<KeysToCopy>> {
        let (merchant, set, after) = (merchant.clone(), set.clone(), after.cloned());
        self.pool.read(move |connection| keys::page(connection, &merchant, &set, after.as_ref(), limit)).await
    }

    async fn keys_changed(&self, merchant: &MerchantId, set: &KeySet, limit: usize) -> Result<Vec<KeysToCopy>> {
        let (merchant, set) = (merchant.clone(), set.clone());
        self.pool.read(move |connection| keys::changed(connection, &merchant, &set, limit)).await
    }

    async fn stored_keys(&self, merchant: &MerchantId, plugin: &PluginId) -> Result<StoredKeys> {
        let (merchant, plugin) = (merchant.clone(), plugin.clone());
        self.pool.read(move |connection| read::stored_keys(connection, &merchant, &plugin)).await
    }

    async fn backlog(&self) -> Result<Backlog> {
        self.pool.read(read::backlog).await
    }

    async fn conversation(
        &self,
        merchant: &MerchantId,
        conversation: &ConversationId,
        limit: usize,
    ) -> Result<Vec<MessageRecord>> {
        let (merchant, conversation) = (merchant.clone(), conversation.clone());
        self.pool.read(move |connection| read::conversation(connection, &merchant, &conversation, limit)).await
    }

    async fn feedback(&self, merchant: &MerchantId, since: Timestamp, limit: usize) -> Result<Vec<Feedback>> {
        let merchant = merchant.clone();
        self.pool.read(move |connection| feedback::since(connection, &merchant, since, limit)).await
    }

    async fn proposals(
        &self,
        merchant: &MerchantId,
        state: ProposalState,
        limit: usize,
    ) -> Result<Vec<ProposalRecord>> {
        let merchant = merchant.clone();
        self.pool.read(move |connection| proposals::list(connection, &merchant, state, limit)).await
    }

    async fn proposal(&self, merchant: &MerchantId, id: &str) -> Result<Option<ProposalRecord>> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        self.pool.read(move |connection| proposals::one(connection, &merchant, &id)).await
    }

    async fn feedback_on(&self, merchant: &MerchantId, suggestions: &[SuggestionId]) -> Result<Vec<Feedback>> {
        let (merchant, suggestions) = (merchant.clone(), suggestions.to_vec());
        self.pool.read(move |connection| feedback::on(connection, &merchant, &suggestions)).await
    }

    async fn learned(&self, merchant: &MerchantId) -> Result<Arc<Learned>> {
        self.know_learned(merchant).await
    }

    async fn trials(&self, merchant: &MerchantId, experiment: &str) -> Result<Vec<ArmResult>> {
        let (merchant, experiment) = (merchant.clone(), experiment.to_owned());
        self.pool.read(move |connection| trial::results(connection, &merchant, &experiment)).await
    }

    async fn insights(&self, merchant: &MerchantId, query: &InsightQuery) -> Result<Insights> {
        let (merchant, query) = (merchant.clone(), query.clone());
        self.pool.read(move |connection| insights::count(connection, &merchant, &query)).await
    }

    async fn threads(&self, merchant: &MerchantId, before: Option<u64>, limit: usize) -> Result<Vec<Thread>> {
        let merchant = merchant.clone();
        self.pool.read(move |connection| threads::list(connection, &merchant, before, limit)).await
    }

    async fn spoken(
        &self,
        merchant: &MerchantId,
        conversation: &ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Spoken>> {
        let (merchant, conversation) = (merchant.clone(), conversation.clone());
        self.pool.read(move |connection| threads::spoken(connection, &merchant, &conversation, before, limit)).await
    }

    async fn outreach(
        &self,
        merchant: &MerchantId,
        filter: &OutreachFilter,
        limit: usize,
    ) -> Result<Vec<OutreachRecord>> {
        let (merchant, mut filter) = (merchant.clone(), filter.clone());
        filter.customer = filter.customer.map(|customer| self.cache.canonical((merchant.clone(), customer)).1);
        self.pool.read(move |connection| read_outreach::list(connection, &merchant, &filter, limit)).await
    }

    async fn contact(&self, merchant: &MerchantId, id: &OutreachId) -> Result<Option<OutreachRecord>> {
        let (merchant, id) = (merchant.clone(), id.clone());
        self.pool.read(move |connection| read_outreach::by_id(connection, &merchant, &id)).await
    }

    async fn contact_by_reference(&self, merchant: &MerchantId, reference: &str) -> Result<Option<OutreachRecord>> {
        let (merchant, reference) = (merchant.clone(), reference.to_owned());
        self.pool.read(move |connection| read_outreach::by_reference(connection, &merchant, &reference)).await
    }

    async fn change(&self, changes: Vec<Change>) -> Result<bool> {
        let (waiter, waiting) = oneshot::channel();
        let bytes = changes.iter().map(weigh_change).sum();
        self.send(Job::Change(changes, waiter), bytes)?;
        answer(waiting).await
    }

    async fn plugins(&self) -> Result<Vec<PluginRecord>> {
        self.pool.read(read::plugins).await
    }

    async fn plugin_history(&self, scope: &Scope, plugin: &PluginId, limit: usize) -> Result<Vec<PluginRecord>> {
        let (scope, plugin) = (scope.clone(), plugin.clone());
        self.pool.read(move |connection| read::plugin_history(connection, &scope, &plugin, limit)).await
    }

    async fn disabled(&self) -> Result<Vec<(MerchantId, PluginId)>> {
        self.pool.read(read::disabled).await
    }

    async fn reloads(&self, merchant: Option<&MerchantId>, limit: usize) -> Result<Vec<ReloadRecord>> {
        let merchant = merchant.cloned();
        self.pool.read(move |connection| read::reloads(connection, merchant.as_ref(), limit)).await
    }

    async fn put_bundle(&self, hash: &str, bytes: Arc<[u8]>) -> Result<()> {
        let size = bytes.len();
        if size > BUNDLE {
            return Err(Error::TooLarge { what: "a bundle", bytes: size, limit: BUNDLE });
        }
        let (waiter, waiting) = oneshot::channel();
        self.send(Job::Bundle(hash.to_owned(), bytes, waiter), size)?;
        answer(waiting).await
    }

    async fn bundle(&self, hash: &str) -> Result<Option<Arc<[u8]>>> {
        let hash = hash.to_owned();
        self.pool.read(move |connection| read::bundle(connection, &hash)).await
    }

    async fn bundle_cost(&self, hash: &str) -> Result<Option<Arc<str>>> {
        let hash = hash.to_owned();
        self.pool.read(move |connection| read::bundle_cost(connection, &hash)).await
    }

    async fn api_key(&self, hash: &str) -> Result<Option<ApiKey>> {
        Ok(self.cache.api_keys().get(hash).cloned())
    }

    async fn api_keys(&self) -> Result<Vec<ApiKey>> {
        self.pool.read(read::api_keys).await
    }

    async fn people_named(&self, name: &str) -> Result<Vec<Person>> {
        Ok(self.cache.people.named(name))
    }

    async fn people(&self) -> Result<Vec<Person>> {
        self.pool.read(people::all).await
    }

    async fn session(&self, hash: &str) -> Result<Option<(Session, Person)>> {
        Ok(self.cache.people.session(hash))
    }

    async fn audit(&self, scope: &Scope, before: Option<u64>, limit: usize) -> Result<Vec<StoredAudit>> {
        let scope = scope.clone();
        self.pool.read(move |connection| audit::page(connection, &scope, before, limit)).await
    }

    async fn setting(&self, scope: &Scope, name: &str) -> Result<Option<String>> {
        let (scope, name) = (scope.clone(), name.to_owned());
        self.pool.read(move |connection| read::setting(connection, &scope, &name)).await
    }

    async fn hook(&self, hash: &str) -> Result<Option<Hook>> {
        Ok(self.cache.hook(hash))
    }

    async fn hooks(&self) -> Result<Vec<Hook>> {
        self.pool.read(hooks::all).await
    }

    async fn identities(&self, merchant: &MerchantId, customer: &CustomerId) -> Result<Identities> {
        let (merchant, customer) = (merchant.clone(), customer.clone());
        self.pool.read(move |connection| identities::report(connection, &merchant, &customer)).await
    }

    async fn known_by(
        &self,
        merchant: &MerchantId,
        kind: IdentityKind,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<CustomerId>> {
        let (merchant, prefix) = (merchant.clone(), prefix.to_owned());
        self.pool.read(move |connection| identities::known_by(connection, &merchant, kind, &prefix, limit)).await
    }

    async fn export(&self, merchant: &MerchantId, customer: &CustomerId) -> Result<serde_json::Value> {
        let (merchant, customer) = (merchant.clone(), customer.clone());
        self.pool.read(move |connection| forget::export(connection, &merchant, &customer)).await
    }

    async fn aged(&self, room: Room, after: i64, limit: usize) -> Result<Vec<Aged>> {
        self.pool.read(move |connection| forget::aged(connection, room, after, limit)).await
    }

    async fn scrub(&self) -> Result<bool> {
        let (waiter, waiting) = oneshot::channel();
        self.send(Job::Scrub(waiter), 64)?;
        answer(waiting).await
    }

    async fn last_generation(&self) -> Result<u64> {
        self.pool.read(read::last_generation).await
    }

    async fn ready(&self) -> Result<()> {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let has_failed = queue.as_ref().ok_or(Error::Closed)?.has_failed();
        let detail = "the last write failed".to_owned();
        if has_failed { Err(Error::Storage { path: self.path.clone(), detail }) } else { Ok(()) }
    }

    async fn close(&self) {
        // Blocks while the writer writes what waits: seconds at most, and nothing else is left to do.
        self.shut();
    }
}

/// Waits for the writer's answer; it has gone only if the writer has.
async fn answer<T>(waiting: oneshot::Receiver<Result<T>>) -> Result<T> {
    waiting.await.unwrap_or(Err(Error::Closed))
}
