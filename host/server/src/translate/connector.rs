//! One merchant's way to its provider: the bound, the memory, the pauses after failures, and the refusal of a translation
//! that lost something. Knows no provider but by its contract.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cuecard_culture as culture;
use cuecard_model::Register;
use cuecard_pipeline::{Offered, ToTranslate, Translated};
use tokio::sync::Semaphore;

use super::{
    Batch, Failed, FormOfAddress, Formality, Translation, Translator,
    cache::{self, Cache},
    pauses::Pauses,
};
use crate::{metrics::Metrics, outgoing};

/// So many requests of a merchant are under way at once; more wait, within their bound.
const AT_ONCE: usize = 16;
/// An answer that comes too late for its turn is still read to its end for this long, for the next who asks the same.
const LONGEST: Duration = Duration::from_secs(10);

/// One merchant's way to its provider. Nothing in it is shared with other merchants but the sockets.
pub struct Connector {
    translator: Box<dyn Translator>,
    /// How long a turn may wait.
    timeout: Duration,
    address: FormOfAddress,
    cache: Mutex<Cache>,
    pauses: Mutex<Pauses>,
    places: Semaphore,
    metrics: Arc<Metrics>,
}

impl Connector {
    pub(super) fn new(
        translator: Box<dyn Translator>,
        timeout: Duration,
        address: FormOfAddress,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (cache, pauses) = (Mutex::default(), Mutex::default());
        Self { translator, timeout, address, cache, pauses, places: Semaphore::new(AT_ONCE), metrics }
    }

    /// The word for the provider.
    pub fn provider(&self) -> &'static str {
        self.translator.name()
    }

    /// Translates what nobody can read of an offer. Takes no longer than the turn's bound.
    pub async fn fill_in(self: &Arc<Self>, offered: &mut Offered) {
        let wanted = offered.to_translate();
        if wanted.is_empty() {
            return;
        }
        let asked: Vec<_> = wanted.iter().map(|wanted| self.asked(wanted)).collect();
        let outcomes = self.ask(&asked, self.timeout).await;
        let translated = wanted.into_iter().zip(outcomes).map(|(asked, outcome)| {
            let outcome = outcome.map(|made| made.text).map_err(|why| why.to_string());
            Translated { asked, outcome }
        });
        offered.translate(self.provider(), translated.collect());
    }

    fn asked(&self, wanted: &ToTranslate) -> Asked {
        Asked {
            text: wanted.text.clone(),
            source: wanted.source.clone(),
            target: wanted.target.clone(),
            formality: wanted.register.map_or(Formality::Default, |register| self.address.of(register)),
            names: wanted.names.clone(),
            codes: wanted.codes.clone(),
        }
    }

    /// Translates texts, each way in a request of its own, all at the same time. The answers are in the texts' order.
    pub async fn ask(self: &Arc<Self>, asked: &[Asked], within: Duration) -> Vec<Result<Translation, NotTranslated>> {
        let mut outcomes: Vec<_> = asked.iter().map(|it| self.remembered(it)).collect();
        let first = |one: &Asked| asked.iter().position(|it| it == one).unwrap_or_default();
        let mut ways: Vec<Vec<usize>> = Vec::new();
        for (place, one) in asked.iter().enumerate() {
            if outcomes.get(place).is_none_or(Option::is_some) || first(one) < place {
                continue;
            }
            let is_way =
                |way: &&mut Vec<usize>| way.first().and_then(|it| asked.get(*it)).is_some_and(|it| same_way(it, one));
            match ways.iter_mut().find(is_way) {
                Some(way) => way.push(place),
                None => ways.push(vec![place]),
            }
        }
        let requests = ways.into_iter().map(|way| async move {
            let texts: Vec<_> = way.iter().filter_map(|place| asked.get(*place)).cloned().collect();
            let count = texts.len();
            let made = self.request(texts, within).await;
            (way, made.unwrap_or_else(|why| vec![Err(why); count]))
        });
        for (way, made) in futures::future::join_all(requests).await {
            for (place, outcome) in way.into_iter().zip(made) {
                let word = outcome.as_ref().map_or_else(NotTranslated::outcome, |_| "translated");
                self.metrics.translated(self.provider(), word);
                outcomes.get_mut(place).map(|it| it.replace(outcome)).unwrap_or_default();
            }
        }
        // What was asked for twice has been asked once.
        for (place, one) in asked.iter().enumerate() {
            let same = outcomes.get(first(one)).cloned().flatten();
            outcomes.get_mut(place).map(|it| *it = it.take().or(same)).unwrap_or_default();
        }
        let nothing = || Err(Failed::Unusable("it has too few texts".into()).into());
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(nothing)).collect()
    }

    fn remembered(&self, asked: &Asked) -> Option<Result<Translation, NotTranslated>> {
        let Some(target) = culture::normalize(&asked.target) else {
            return Some(Err(NotTranslated::NoLanguage(asked.target.clone())));
        };
        let key = cache::key(self.provider(), &Asked { target, ..asked.clone() });
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let found = cache.get(&key)?;
        self.metrics.translated(self.provider(), "remembered");
        Some(Ok(found))
    }

    /// One request for texts that go the same way. It runs on by itself when the bound is over.
    async fn request(
        self: &Arc<Self>,
        asked: Vec<Asked>,
        within: Duration,
    ) -> Result<Vec<Result<Translation, NotTranslated>>, NotTranslated> {
        let Some(first) = asked.first() else { return Ok(Vec::new()) };
        let target = culture::normalize(&first.target).unwrap_or_default();
        let source = first.source.as_deref().and_then(culture::normalize);
        let pair = format!("{} {target}", source.as_deref().unwrap_or_default());
        self.pauses().check(&pair, Instant::now()).map_err(NotTranslated::Paused)?;
        let texts = asked.iter().map(|it| it.text.clone()).collect();
        let batch = Batch { texts, source, target, formality: first.formality };
        let (own, way) = (Arc::clone(self), pair.clone());
        let task = tokio::spawn(async move { own.exchange(batch, asked, &way, within).await });
        match tokio::time::timeout(within, task).await {
            Ok(outcome) => {
                outcome.unwrap_or_else(|_| Err(Failed::Unusable("the request was broken off".into()).into()))
            }
            Err(_) => {
                let late = outgoing::Failed::Timeout(within).into();
                self.failed(&pair, &late);
                Err(NotTranslated::Late(within))
            }
        }
    }

    async fn exchange(
        &self,
        batch: Batch,
        asked: Vec<Asked>,
        pair: &str,
        within: Duration,
    ) -> Result<Vec<Result<Translation, NotTranslated>>, NotTranslated> {
        // Who has given up waiting does not ask later either.
        let place = tokio::time::timeout(within, self.places.acquire()).await;
        let _place = place.ok().and_then(Result::ok).ok_or(NotTranslated::Late(within))?;
        let began = Instant::now();
        let answer = self.translator.translate(&batch, LONGEST).await;
        let answer = answer.and_then(|made| match made.len() == asked.len() {
            true => Ok(made),
            false => Err(Failed::Unusable(format!("it has {} texts instead of {}", made.len(), asked.len()))),
        });
        let took = began.elapsed();
        // A late answer has been counted by those who waited for it.
        let in_time = took < within;
        match &answer {
            Ok(_) if in_time => self.pauses().answered(pair),
            Err(failed) if in_time => self.failed(pair, failed),
            _ => {}
        }
        let checked = |made: Vec<_>| {
            let made = made.into_iter().zip(&asked).map(|(made, asked)| self.checked(made, asked, &batch));
            made.collect()
        };
        let made = answer.map(checked);
        self.metrics.translation_took(self.provider(), took);
        Ok(made?)
    }

    /// A translation that lost something is refused; the others are remembered.
    fn checked(&self, made: Translation, asked: &Asked, batch: &Batch) -> Result<Translation, NotTranslated> {
        if is_echo(&asked.text, &made.text) {
            return Err(NotTranslated::Refused("it came back as it was".into()));
        }
        if let Some(lost) = culture::lost(&asked.text, &made.text, &asked.names, &asked.codes) {
            return Err(NotTranslated::Refused(lost));
        }
        let key = cache::key(self.provider(), &Asked { target: batch.target.clone(), ..asked.clone() });
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(key, made.clone());
        Ok(made)
    }

    fn failed(&self, pair: &str, failed: &Failed) {
        let pair = failed.is_of_pair().then_some(pair);
        let wanted = if let Failed::Status { retry_after, .. } = failed { *retry_after } else { None };
        let pause = self.pauses().failed(pair, wanted, Instant::now());
        if let Some(pause) = pause {
            let (provider, seconds) = (self.provider(), pause.as_secs());
            tracing::warn!(provider, seconds, languages = pair, reason = %failed, "translations are paused");
        }
    }

    fn pauses(&self) -> MutexGuard<'_, Pauses> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text to translate, and what must be kept of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The text.
    pub text: String,
    /// BCP 47, where it is known.
    pub source: Option<String>,
    /// BCP 47.
    pub target: String,
    /// How the reader is addressed.
    pub formality: Formality,
    /// Names that must not get lost.
    pub names: Vec<String>,
    /// What must be kept to the letter.
    pub codes: Vec<String>,
}

/// Why there is no translation, for an agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTranslated {
    /// The bound was over.
    #[error("no answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// It failed lately.
    #[error("it failed before and is asked again in {} s", .0.as_secs() + 1)]
    Paused(Duration),
    /// It was asked and gave nothing.
    #[error(transparent)]
    Failed(#[from] Failed),
    /// The translation was refused.
    #[error("the translation was refused, because {0}")]
    Refused(String),
    /// The language asked for is none.
    #[error("{0:?} is no language tag")]
    NoLanguage(String),
}

impl NotTranslated {
    /// The word for it in metrics.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Late(_) => "late",
            Self::Paused(_) => "paused",
            Self::Failed(_) | Self::NoLanguage(_) => "failed",
            Self::Refused(_) => "refused",
        }
    }
}

/// Whether a sentence came back untranslated. A word or a name may be the same in both languages.
fn is_echo(text: &str, made: &str) -> bool {
    const SENTENCE: usize = 20;
    text.trim() == made.trim() && text.chars().filter(|sign| sign.is_alphabetic()).count() > SENTENCE
}

fn same_way(one: &Asked, other: &Asked) -> bool {
    (&one.source, &one.target, one.formality) == (&other.source, &other.target, other.formality)
}

impl FormOfAddress {
    fn of(self, register: Register) -> Formality {
        match (self, register) {
            (Self::More, _) | (Self::Register, Register::Formal) => Formality::More,
            (Self::Less, _) | (Self::Register, Register::Informal) => Formality::Less,
            (Self::Default, _) => Formality::Default,
        }
    }
}
