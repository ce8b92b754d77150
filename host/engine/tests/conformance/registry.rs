//! The registry's records, keys, settings and bundles.

use std::sync::Arc;

use cuecard_engine::{
    ApiKey, Batch, Change, Error, KeyRole, PluginRecord, PluginState, ReloadOutcome, ReloadRecord, Scope, Source, Write,
};

use crate::support::*;

fn acme() -> Scope {
    Scope::Merchant("acme".into())
}

fn plugin(scope: Scope, version: &str, state: PluginState) -> PluginRecord {
    PluginRecord {
        revision: 0,
        scope,
        plugin: "late-parcel".into(),
        version: version.into(),
        hash: format!("hash-{version}").into(),
        state,
        source: Source::Pushed,
        at: at(10),
        by: "author".into(),
        compared: None,
    }
}

fn reload(scope: Scope, generation: u64) -> Change {
    Change::Reload(ReloadRecord {
        at: at(10),
        scope,
        plugin: "late-parcel".into(),
        version: "1.0.0".into(),
        hash: "hash".into(),
        outcome: ReloadOutcome::Live,
        generation,
        reason: String::new(),
        by: "watcher".into(),
    })
}

fn unchecked(record: PluginRecord) -> Change {
    Change::Plugin { record, follows: None }
}

pub async fn history_allows_a_rollback(shop: Shop) {
    for (scope, version) in [(acme(), "1.0.0"), (Scope::Shared, "3.0.0"), (acme(), "1.1.0")] {
        assert!(shop.engine.change(vec![unchecked(plugin(scope, version, PluginState::Live))]).await.unwrap());
    }
    let shop = shop.reopen().await;
    let current = shop.engine.plugins().await.unwrap();
    let versions: Vec<_> = current.iter().map(|record| (&record.scope, &*record.version)).collect();
    assert_eq!(versions, [(&Scope::Shared, "3.0.0"), (&acme(), "1.1.0")]);
    let history = shop.engine.plugin_history(&acme(), &"late-parcel".into(), 10).await.unwrap();
    assert_eq!(history.iter().map(|record| &*record.version).collect::<Vec<_>>(), ["1.1.0", "1.0.0"]);
    assert!(history[0].revision > history[1].revision && history[1].revision > 0);
}

pub async fn a_stale_change_is_refused(shop: Shop) {
    let follows = |version, follows| Change::Plugin { record: plugin(acme(), version, PluginState::Live), follows };
    assert!(shop.engine.change(vec![follows("1.0.0", Some(0))]).await.unwrap());
    let first = shop.engine.plugins().await.unwrap()[0].revision;
    assert!(shop.engine.change(vec![follows("1.1.0", Some(first))]).await.unwrap());
    assert!(!shop.engine.change(vec![reload(acme(), 9), follows("1.2.0", Some(first))]).await.unwrap());
    assert_eq!(&*shop.engine.plugins().await.unwrap()[0].version, "1.1.0");
    assert!(shop.engine.reloads(None, 9).await.unwrap().is_empty(), "nothing beside it is kept");
}

pub async fn reloads_are_listed_by_scope(shop: Shop) {
    let other = Scope::Merchant("other".into());
    shop.engine.change(vec![reload(Scope::Shared, 1), reload(acme(), 2), reload(other, 3)]).await.unwrap();
    let shop = shop.reopen().await;
    let generations = |records: Vec<ReloadRecord>| records.iter().map(|record| record.generation).collect::<Vec<_>>();
    assert_eq!(generations(shop.engine.reloads(None, 2).await.unwrap()), [3, 2]);
    assert_eq!(generations(shop.engine.reloads(Some(&shop.merchant), 9).await.unwrap()), [2, 1]);
    // A merchant cannot pass for what is shared.
    assert!(generations(shop.engine.reloads(Some(&"*".into()), 9).await.unwrap()) == [1]);
}

pub async fn generations_go_on_after_a_restart(shop: Shop) {
    assert_eq!(shop.engine.last_generation().await.unwrap(), 0);
    shop.keep(vec![Write::Turn(turn("t", "c", "m", "{}"))]).await;
    assert_eq!(shop.engine.last_generation().await.unwrap(), 17);
    shop.engine.change(vec![reload(acme(), 21), reload(acme(), 20)]).await.unwrap();
    let shop = shop.reopen().await;
    assert_eq!(shop.engine.last_generation().await.unwrap(), 21);
}

pub async fn keys_and_settings_are_kept(mut shop: Shop) {
    let mut key = ApiKey {
        hash: "abc".into(),
        name: "desk".into(),
        merchant: "acme".into(),
        roles: vec![KeyRole::Agent, KeyRole::Ingest],
        created_at: at(1),
        revoked_at: None,
    };
    assert_eq!(shop.engine.api_key("abc").await.unwrap(), None);
    for revoked_at in [None, Some(at(9))] {
        key.revoked_at = revoked_at;
        assert!(shop.engine.change(vec![Change::ApiKey(key.clone())]).await.unwrap());
        for _ in 0..2 {
            assert_eq!(shop.engine.api_key("abc").await.unwrap(), Some(key.clone()));
            assert_eq!(shop.engine.api_keys().await.unwrap(), [key.clone()]);
            shop = shop.reopen().await;
        }
    }
    let set =
        |scope, value: Option<&str>| Change::Setting { scope, name: "links".into(), value: value.map(Into::into) };
    shop.engine.change(vec![set(acme(), Some("a")), set(Scope::Shared, Some("b"))]).await.unwrap();
    shop.engine.change(vec![set(Scope::Shared, None)]).await.unwrap();
    let wanted = |merchant: &str, enabled| Change::Shared { merchant: merchant.into(), plugin: "p".into(), enabled };
    shop.engine.change(vec![wanted("acme", false), wanted("b", false), wanted("b", true)]).await.unwrap();
    let shop = shop.reopen().await;
    assert_eq!(shop.engine.setting(&acme(), "links").await.unwrap().as_deref(), Some("a"));
    assert_eq!(shop.engine.setting(&Scope::Shared, "links").await.unwrap(), None);
    assert_eq!(shop.engine.disabled().await.unwrap(), [("acme".into(), "p".into())]);
}

pub async fn bundles_are_kept_by_hash(shop: Shop) {
    let bytes: Arc<[u8]> = (0..=255).cycle().take(3 << 20).collect();
    shop.engine.put_bundle("h-1", bytes.clone()).await.unwrap();
    shop.engine.put_bundle("h-1", Arc::from(*b"other")).await.unwrap();
    let shop = shop.reopen().await;
    assert!(shop.engine.bundle("h-1").await.unwrap() == Some(bytes), "the first stays");
    assert_eq!(shop.engine.bundle("h-2").await.unwrap(), None);
    // What it costs is kept beside it, the newest word; of a bundle that is not kept there is none.
    assert_eq!(shop.engine.bundle_cost("h-1").await.unwrap(), None);
    let cost = |hash: &str, cost: &str| Change::Cost { hash: hash.into(), cost: cost.into() };
    assert!(shop.engine.change(vec![cost("h-1", "12"), cost("h-1", "13"), cost("h-2", "1")]).await.unwrap());
    assert_eq!(shop.engine.bundle_cost("h-1").await.unwrap().as_deref(), Some("13"));
    assert_eq!(shop.engine.bundle_cost("h-2").await.unwrap(), None);
    let error = shop.engine.put_bundle("h-3", vec![0; 33 << 20].into()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

pub async fn a_closed_engine_says_so(shop: Shop) {
    shop.engine.ready().await.unwrap();
    shop.keep(vec![Write::Turn(turn("t", "c", "m", "{}"))]).await;
    shop.engine.close().await;
    let batch = Batch::new(shop.merchant.clone(), vec![Write::Turn(turn("t-2", "c", "m-2", "{}"))]);
    assert!(matches!(shop.engine.commit(batch).await, Err(Error::Closed)));
    assert!(matches!(shop.engine.plugins().await, Err(Error::Closed)));
    assert!(matches!(shop.engine.ready().await, Err(Error::Closed)));
    shop.engine.close().await;
    let shop = shop.reopen().await;
    assert_eq!(shop.texts("c").await, ["m"]);
}
