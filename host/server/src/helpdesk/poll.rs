//! Looks for what no webhook has told: conversations with activity since the last look, and their messages.
//!
//! A look costs one request, and a conversation in which something happened two more: moments are whole seconds, and what
//! is written later in the same second shows only the second time. Moments are Chatwoot's own, compared with each other
//! alone, so that its clock does not matter.

use std::{collections::HashMap, sync::Arc, time::Duration};

use cuecard_engine::{Change, Error, Scope};
use cuecard_model::MerchantId;
use serde_json::Value as Json;

use super::{Helpdesk, receive::keep};
use crate::{
    app::App,
    clock,
    connectors::Sending,
    webhooks::{
        chatwoot::{Read, Said, strip},
        read::At,
    },
};

/// Seconds before the last look that are looked at again: what was written may become visible late.
const OVERLAP: i64 = 120;
/// Pages of conversations in one look, of 25 each.
const PAGES: usize = 40;
/// Pages of messages of one conversation, of 20 each.
const MESSAGES: usize = 10;
/// The longest pause after failures.
const LONGEST: Duration = Duration::from_secs(600);

/// Why a look ended early.
enum Failed {
    Engine(Error),
    Helpdesk(Sending),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Sending> for Failed {
    fn from(fate: Sending) -> Self {
        Self::Helpdesk(fate)
    }
}

/// Looks again and again, until the host is told to stop.
pub(super) async fn run(app: Arc<App>, merchant: MerchantId, helpdesk: Arc<Helpdesk>) {
    let usual = Duration::from_secs(helpdesk.settings.poll_seconds);
    let (mut stopping, mut failures, mut seen) = (app.stopping.clone(), 0_u32, HashMap::new());
    // At the start first: what came while nobody was there is what is most likely lost.
    let mut pause = Duration::ZERO;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
        let look = look(&app, &merchant, &helpdesk, &mut seen);
        let result = tokio::select! {
            result = look => result,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        pause = match result {
            Ok(()) => {
                failures = 0;
                usual
            }
            Err(failed) => {
                failures += 1;
                let asked = match &failed {
                    Failed::Helpdesk(Sending::NotTaken { retry_after, detail }) => {
                        tracing::warn!(%merchant, detail, "Chatwoot cannot be looked at");
                        retry_after.unwrap_or_default()
                    }
                    Failed::Helpdesk(Sending::Refused { detail } | Sending::Unknown { detail }) => {
                        tracing::warn!(%merchant, detail, "Chatwoot cannot be looked at");
                        Duration::ZERO
                    }
                    Failed::Helpdesk(Sending::Sent { .. }) => Duration::ZERO,
                    Failed::Engine(error) => {
                        tracing::warn!(%merchant, %error, "looking at Chatwoot waits for the engine");
                        Duration::ZERO
                    }
                };
                (usual * 2_u32.pow(failures.min(8))).min(LONGEST).max(usual).max(asked)
            }
        };
    }
}

/// One look. `seen`: the activity up to which each conversation was read, and how often.
async fn look(
    app: &Arc<App>,
    merchant: &MerchantId,
    helpdesk: &Helpdesk,
    seen: &mut HashMap<u64, (i64, u32)>,
) -> Result<(), Failed> {
    let (scope, name) = (Scope::Merchant(merchant.clone()), format!("chatwoot/{}/polled", helpdesk.account.number));
    let stored = app.engine.setting(&scope, &name).await?.and_then(|text| text.parse::<i64>().ok());
    // What was said before Cuecard was there is nobody's business.
    let since = stored.unwrap_or_else(|| clock::now().seconds()) - OVERLAP;
    let (mut newest, mut done) = (stored.unwrap_or(since + OVERLAP), false);
    for page in 1..=PAGES {
        let conversations = helpdesk.client.latest(page).await?;
        done = conversations.is_empty();
        for mut conversation in conversations {
            strip(&mut conversation);
            let activity = seconds(&conversation, "last_activity_at").or(seconds(&conversation, "timestamp"));
            let (Some(number), Some(activity)) = (conversation.get("id").and_then(Json::as_u64), activity) else {
                continue;
            };
            if activity < since {
                done = true;
                break;
            }
            newest = newest.max(activity);
            let times = seen.get(&number).filter(|(known, _)| *known == activity).map_or(0, |(_, times)| *times);
            if times < 2 {
                read(app, merchant, helpdesk, number, &conversation, since).await?;
                seen.insert(number, (activity, times + 1));
            }
        }
        if done {
            break;
        }
    }
    if !done {
        tracing::warn!(%merchant, "more conversations had activity than one look goes through; the oldest were left out");
    }
    seen.retain(|_, (activity, _)| *activity >= newest - OVERLAP);
    if stored != Some(newest) {
        let value = Some(newest.to_string());
        app.engine.change(vec![Change::Setting { scope, name, value }]).await?;
    }
    Ok(())
}

/// Takes what was written in a conversation since a moment and is not known yet, oldest first.
async fn read(
    app: &Arc<App>,
    merchant: &MerchantId,
    helpdesk: &Helpdesk,
    number: u64,
    conversation: &Json,
    since: i64,
) -> Result<(), Failed> {
    let (mut all, mut before) = (Vec::new(), None);
    for _ in 0..MESSAGES {
        let page = helpdesk.client.messages_before(number, before).await?;
        let oldest =
            page.first().map(|message| (message.get("id").and_then(Json::as_u64), seconds(message, "created_at")));
        all.splice(0..0, page);
        match oldest {
            Some((Some(id), Some(at))) if at >= since => before = Some(id),
            _ => break,
        }
    }
    let is_new = |message: &Json| seconds(message, "created_at").is_some_and(|at| at >= since);
    for mut message in all.into_iter().filter(is_new) {
        strip(&mut message);
        match helpdesk.account.message(&At::top(&message), &At::top(conversation)) {
            Ok(Read::Told(told)) if matches!(told.said, Said::Message(_) | Said::Wordless(_)) => {
                if keep(&*app.engine, merchant, *told, None, clock::now()).await? {
                    app.metrics.webhook("chatwoot", "found");
                    app.helpdesks.waker.notify_one();
                }
            }
            Ok(_) => {}
            Err(wrong) => tracing::warn!(%merchant, field = wrong.field, "a message of Chatwoot cannot be read"),
        }
    }
    Ok(())
}

fn seconds(json: &Json, name: &str) -> Option<i64> {
    json.get(name)?.as_i64()
}
