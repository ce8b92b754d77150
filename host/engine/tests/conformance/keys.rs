//! Sets of keys: how one takes the place of another, and what happens to those who write meanwhile.

use cuecard_engine::{
    Change, KeysChange, KeysCopy, KeysOf, KeysToCopy, Outcome, Receipt, Refusal, Scope, SetState, Write,
};
use cuecard_model::{CustomerId, Fields, KeySet};

use crate::support::*;

fn set(version: u32) -> KeySet {
    KeySet::new("late-parcel".into(), version)
}

fn whose() -> KeysOf {
    KeysOf { plugin: "late-parcel".into(), scope: Scope::Shared, except: vec!["left-alone".into()] }
}

fn write(version: u32, customer: &str, count: f64) -> Write {
    let writes = [("count".to_owned(), Some(count.into()))].into();
    Write::PluginKeys { set: set(version), customer: customer.into(), writes }
}

fn begin(version: u32) -> KeysChange {
    KeysChange::Begin { merchant: "acme".into(), plugin: "late-parcel".into(), from: version - 1, version }
}

impl Shop {
    async fn step(&self, change: KeysChange) -> bool {
        self.engine.change(vec![Change::Keys(change)]).await.unwrap()
    }

    async fn stored(&self, version: u32, customer: &str) -> Option<Fields> {
        let state = self.engine.customer(&self.merchant, &customer.into()).await.unwrap();
        let handed = self.engine.handed(&self.merchant, &[customer.into()]).await.unwrap();
        assert_eq!(state.keys, handed[0].keys, "memory and storage agree");
        state.keys.get(&set(version)).cloned()
    }

    async fn states(&self) -> Vec<(u32, SetState)> {
        let sets = self.engine.key_sets(Some(&"late-parcel".into())).await.unwrap();
        sets.iter().filter(|set| set.merchant == self.merchant).map(|set| (set.version, set.state)).collect()
    }

    /// As a `migrate` would that doubles the count.
    async fn copy(&self, version: u32, found: Vec<KeysToCopy>) -> bool {
        let doubled = |KeysToCopy { customer, stamp, keys }| {
            let keys: Fields = keys
                .into_iter()
                .map(|(name, value)| match value {
                    cuecard_model::Value::Number(number) => (name, (number * 2.0).into()),
                    other => (name, other),
                })
                .collect();
            KeysCopy { merchant: self.merchant.clone(), customer, stamp, keys }
        };
        let copies = found.into_iter().map(doubled).collect();
        self.step(KeysChange::Copy { plugin: "late-parcel".into(), version, copies }).await
    }

    async fn page(&self, version: u32) -> Vec<KeysToCopy> {
        let (first, after): (_, CustomerId) = (1, "a".into());
        let mut page = self.engine.keys_page(&self.merchant, &set(version), None, first).await.unwrap();
        page.extend(self.engine.keys_page(&self.merchant, &set(version), Some(&after), 10).await.unwrap());
        page
    }

    async fn changed(&self, version: u32) -> Vec<KeysToCopy> {
        self.engine.keys_changed(&self.merchant, &set(version), 10).await.unwrap()
    }

    async fn moved(&self, version: u32) {
        assert!(self.step(begin(version)).await);
        assert!(self.copy(version, self.page(version - 1).await).await);
        assert!(self.step(KeysChange::Hold(whose(), version)).await);
        assert!(self.step(KeysChange::Swap(whose(), version, at(50))).await);
    }
}

fn count(number: f64) -> Option<Fields> {
    Some(fields(&[("count", number.into())]))
}

pub async fn who_writes_meanwhile_is_copied_again(shop: Shop) {
    shop.keep(vec![write(1, "a", 1.0), write(1, "b", 2.0), write(1, "c", 3.0)]).await;
    assert!(shop.step(begin(2)).await && !shop.step(begin(2)).await);
    let page = shop.page(1).await;
    assert_eq!(page.len(), 3);
    // Between being read and being kept: one writes, one is erased and comes back, one is erased.
    shop.keep(vec![write(1, "a", 10.0), Write::Erase("b".into()), Write::Erase("c".into())]).await;
    shop.keep(vec![write(1, "b", 20.0)]).await;
    assert!(shop.copy(2, page).await);
    assert_eq!(shop.stored(2, "a").await, None, "nobody sees what is being made");
    assert!(!shop.step(KeysChange::Swap(whose(), 2, at(50))).await, "nothing is held yet");
    assert!(shop.step(KeysChange::Hold(whose(), 2)).await);
    assert!(!shop.step(KeysChange::Swap(whose(), 2, at(50))).await, "changes are left");
    let changed = shop.changed(1).await;
    let who: Vec<_> = changed.iter().map(|it| it.customer.as_str()).collect();
    assert_eq!(who, ["a", "b"]);
    shop.keep(vec![Write::Erase("b".into())]).await;
    assert!(shop.copy(2, changed).await);
    assert!(shop.step(KeysChange::Swap(whose(), 2, at(50))).await);
    assert_eq!(shop.stored(2, "a").await, count(20.0));
    for gone in ["b", "c"] {
        assert_eq!((shop.stored(1, gone).await, shop.stored(2, gone).await), (None, None), "{gone} was erased");
    }
    let shop = shop.reopen().await;
    assert_eq!(shop.stored(2, "a").await, count(20.0));
    assert_eq!(shop.engine.stored_keys(&shop.merchant, &"late-parcel".into()).await.unwrap().version, 2);
}

pub async fn writes_are_held_and_then_dropped(shop: Shop) {
    shop.keep(vec![write(1, "a", 1.0)]).await;
    assert!(shop.step(begin(2)).await && shop.copy(2, shop.page(1).await).await);
    assert!(shop.step(KeysChange::Hold(whose(), 2)).await);
    let refused = shop.commit(vec![write(1, "a", 5.0)]).await;
    assert_eq!(refused, Receipt::Refused(Refusal::KeysHeld(set(1))));
    assert!(shop.step(KeysChange::Abandon(whose(), 2)).await);
    assert_eq!(shop.keep(vec![write(1, "a", 5.0)]).await, [Outcome::Done], "it is as it was");
    assert_eq!(shop.states().await, [(1, SetState::Open), (2, SetState::Gone)]);
    assert!(!shop.step(begin(2)).await, "what is gone has to be removed first");
    let tidy =
        |customers| KeysChange::Tidy { merchant: "acme".into(), plugin: "late-parcel".into(), version: 2, customers };
    assert!(shop.step(tidy(vec!["a".into()])).await && shop.step(tidy(vec![])).await);
    shop.moved(2).await;
    let refused = shop.commit(vec![write(1, "a", 6.0)]).await;
    assert_eq!(refused, Receipt::Refused(Refusal::KeysHeld(set(1))), "whoever was under way is to ask again");
    assert_eq!(shop.keep(vec![write(2, "a", 12.0)]).await, [Outcome::Done]);
    assert!(shop.step(KeysChange::Settle("late-parcel".into())).await);
    assert_eq!(shop.keep(vec![write(1, "a", 6.0)]).await, [Outcome::KeysStale]);
    assert_eq!((shop.stored(1, "a").await, shop.stored(2, "a").await), (count(5.0), count(12.0)));
}

pub async fn a_rollback_restores_what_was(shop: Shop) {
    shop.keep(vec![write(1, "a", 1.0), write(1, "b", 2.0)]).await;
    shop.moved(2).await;
    assert!(shop.step(KeysChange::Settle("late-parcel".into())).await);
    shop.keep(vec![write(2, "a", 7.0), write(2, "new", 8.0), Write::Erase("b".into())]).await;
    let sets = shop.engine.key_sets(Some(&"late-parcel".into())).await.unwrap();
    assert_eq!((sets[1].writes, sets[1].came_from), (2, Some(1)));
    assert!(shop.step(KeysChange::Restore(whose(), 1, at(60))).await);
    assert_eq!(shop.stored(1, "a").await, count(1.0));
    assert_eq!((shop.stored(1, "new").await, shop.stored(1, "b").await), (None, None), "erased in both");
    assert_eq!(shop.commit(vec![write(2, "a", 9.0)]).await, Receipt::Refused(Refusal::KeysHeld(set(2))));
    assert!(shop.step(KeysChange::Settle("late-parcel".into())).await);
    assert_eq!(shop.states().await, [(1, SetState::Open), (2, SetState::Gone)]);
    assert_eq!(shop.keep(vec![write(1, "a", 3.0)]).await, [Outcome::Done]);
    assert_eq!(shop.stored(2, "a").await, None);
}

pub async fn a_change_that_did_not_end_is_taken_back_at_the_start(shop: Shop) {
    shop.keep(vec![write(1, "a", 1.0)]).await;
    assert!(shop.step(begin(2)).await && shop.copy(2, shop.page(1).await).await);
    assert!(shop.step(KeysChange::Hold(whose(), 2)).await);
    let shop = shop.reopen().await;
    assert_eq!(shop.states().await, [(1, SetState::Open), (2, SetState::Gone)]);
    assert_eq!(shop.keep(vec![write(1, "a", 2.0)]).await, [Outcome::Done]);
    let shop = shop.reopen().await;
    assert_eq!((shop.stored(1, "a").await, shop.stored(2, "a").await), (count(2.0), None));
}

pub async fn only_the_one_before_is_kept_and_not_for_ever(shop: Shop) {
    shop.keep(vec![write(1, "a", 1.0)]).await;
    shop.moved(2).await;
    shop.moved(3).await;
    assert!(shop.step(KeysChange::Settle("late-parcel".into())).await);
    assert_eq!(shop.states().await, [(1, SetState::Gone), (2, SetState::Kept), (3, SetState::Open)]);
    assert!(shop.step(KeysChange::Expire(at(50))).await);
    assert_eq!(shop.states().await[1], (2, SetState::Kept));
    assert!(shop.step(KeysChange::Expire(at(51))).await);
    assert_eq!(shop.states().await[1], (2, SetState::Gone));
    let whole = shop.engine.export(&shop.merchant, &"a".into()).await.unwrap();
    assert_eq!(whole["kept"]["plugin_keys"].as_array().unwrap().len(), 3, "handed out until it is removed");
    shop.keep(vec![Write::KeysGone { plugin: "late-parcel".into(), customer: "a".into() }]).await;
    assert_eq!(shop.stored(3, "a").await, None);
    let sets = shop.engine.key_sets(None).await.unwrap();
    assert!(sets.iter().all(|set| set.bytes == 0), "{sets:?}");
}

pub async fn the_quota_holds_for_copies(shop: Shop) {
    let writes = [("count".to_owned(), Some("x".repeat(600 << 10).into()))].into();
    shop.keep(vec![Write::PluginKeys { set: set(1), customer: "a".into(), writes }]).await;
    shop.keep(vec![write(1, "b", 1.0)]).await;
    assert!(shop.step(begin(2)).await);
    let mut page = shop.page(1).await;
    page[1].keys = page[0].keys.clone();
    assert!(!shop.copy(2, page).await);
    assert!(shop.copy(2, shop.page(1).await).await, "the refused ones left nothing behind");
}

pub async fn merchants_with_their_own_are_left_alone(shop: Shop) {
    shop.keep(vec![write(1, "a", 1.0)]).await;
    let other = cuecard_engine::Batch::new("left-alone".into(), vec![write(1, "a", 1.0)]);
    shop.engine.commit(other.clone()).await.unwrap();
    shop.moved(2).await;
    assert_eq!(shop.engine.commit(other).await.unwrap(), Receipt::Kept(vec![Outcome::Done]));
}

/// As when a merchant's own plugin was away, and a shared one with older keys has stored something meanwhile.
pub async fn an_older_set_beside_a_newer_one_holds_nothing_up(shop: Shop) {
    shop.keep(vec![write(2, "a", 1.0)]).await;
    shop.keep(vec![write(1, "b", 1.0)]).await;
    assert_eq!(shop.states().await, [(1, SetState::Open), (2, SetState::Open)]);
    assert!(shop.step(KeysChange::Swap(whose(), 2, at(50))).await, "nothing is to be copied");
    assert_eq!((shop.stored(2, "a").await, shop.stored(1, "b").await), (count(1.0), count(1.0)));
}

pub async fn keys_that_are_deleted_are_copied_again(shop: Shop) {
    shop.keep(vec![write(1, "a", 1.0)]).await;
    assert!(shop.step(begin(2)).await && shop.copy(2, shop.page(1).await).await);
    assert_eq!(shop.changed(1).await, []);
    shop.keep(vec![Write::KeysGone { plugin: "late-parcel".into(), customer: "a".into() }]).await;
    let changed = shop.changed(1).await;
    assert_eq!((changed.len(), &changed[0].keys), (1, &Fields::new()));
    assert!(shop.copy(2, changed).await);
    assert!(shop.step(KeysChange::Hold(whose(), 2)).await && shop.step(KeysChange::Swap(whose(), 2, at(1))).await);
    assert_eq!(shop.stored(2, "a").await, None);
}
