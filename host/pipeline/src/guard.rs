//! *Guard*: what must not reach a customer does not reach an agent either.
//!
//! Checks the words that were made, whoever made them: unfilled placeholders, links off the merchant's list, private
//! data that the turn does not know, and the length that the channel takes.

use std::cell::OnceCell;

use cuecard_culture::{Fit, Link, Manner, check_text, fit, links, lint_words};
use cuecard_model::{Failure, FailureKind, Suggestion, Trace, Turn};

use crate::{
    Merchant,
    localize::{Outcome, Worded},
};

pub(crate) struct Guarded {
    pub(crate) worded: Vec<Worded>,
    pub(crate) failures: Vec<Failure>,
}

pub(crate) fn guard(worded: Vec<Outcome>, turn: &Turn, merchant: &Merchant) -> Guarded {
    let known = Known::new(turn);
    let mut guarded = Guarded { worded: Vec::new(), failures: Vec::new() };
    for outcome in worded {
        match outcome.and_then(|worded| check(worded, merchant, &known)) {
            Ok(worded) => guarded.worded.push(worded),
            Err(failure) => guarded.failures.push(failure),
        }
    }
    guarded
}

pub(crate) fn check(worded: Worded, merchant: &Merchant, known: &Known<'_>) -> Result<Worded, Failure> {
    let Worded { suggestion, inserted, .. } = &worded;
    let blocked = |detail: String| blocked(suggestion, detail);
    if let Some(link) = links(&suggestion.text).into_iter().find(|link| !may_link(&link.host, merchant, known)) {
        return Err(blocked(unlisted(&link)));
    }
    if let Some(private) = inserted.iter().flat_map(|text| contacts(text)).find(|contact| !known.has(contact)) {
        return Err(blocked(format!(
            "it puts in {private}, which belongs to nobody in this conversation\n  hint: what is the shop's own goes into messages/ or live data"
        )));
    }
    let suggestion = check_words(worded.suggestion, &worded.manner)?;
    Ok(Worded { suggestion, ..worded })
}

/// Characters of an address that a finding repeats: one without a host can be as long as the text.
const ADDRESS: usize = 80;

fn unlisted(Link { host, url, .. }: &Link) -> String {
    if host.is_empty() {
        let named: String = url.chars().take(ADDRESS).collect();
        let more = if named.len() < url.len() { "…" } else { "" };
        return format!(
            "it links to {named}{more}, which names no host\n  hint: link to an address of the shop's, with https://"
        );
    }
    format!("it links to {host}, which is not on the merchant's list\n  hint: add the host to the merchant's links")
}

fn blocked(suggestion: &Suggestion, detail: String) -> Failure {
    Failure { plugin: suggestion.plugin.clone(), kind: FailureKind::Blocked, detail }
}

/// What can be said of the words alone, whoever's they are.
pub(crate) fn check_words(mut suggestion: Suggestion, manner: &Manner) -> Result<Suggestion, Failure> {
    let blocked = |detail: String| blocked(&suggestion, detail);
    // A variable without a value is for the agent to fill in: it is listed in `missing`, and ranks last.
    let unfilled = check_text(&suggestion.text)
        .into_iter()
        .find(|finding| !suggestion.missing.iter().any(|name| finding.excerpt.contains(name.as_str())));
    if let Some(finding) = unfilled {
        let what = format!("{:?}", finding.kind).to_lowercase();
        return Err(blocked(format!("the text has {what} in it: '{}'", finding.excerpt)));
    }
    let remarks = remarks(&suggestion, manner).map_err(blocked)?;
    suggestion.trace.extend(remarks);
    if let Fit::Cut { text, why } = fit(&suggestion.text, &manner.channel) {
        let before = std::mem::replace(&mut suggestion.text, text);
        suggestion.trace.push(Trace {
            stage: "guard".into(),
            rule: format!("channel-length/{}", manner.channel),
            before: Some(before),
            after: Some(suggestion.text.clone()),
            why,
        });
    }
    Ok(suggestion)
}

/// So many remarks help; more are noise.
const REMARKS: usize = 5;

/// What the culture says about the words, for the agent to see; or why they are held back.
fn remarks(suggestion: &Suggestion, manner: &Manner) -> Result<Vec<Trace>, String> {
    let found = lint_words(&suggestion.text, manner, &suggestion.locale);
    if let Some(bad) = found.iter().find(|finding| finding.blocks) {
        return Err(format!("it says '{}' ({}): {}\n  hint: say it otherwise", bad.excerpt, bad.rule, bad.why));
    }
    let remark = |finding: cuecard_culture::LintFinding| Trace {
        stage: "guard".into(),
        rule: finding.rule,
        before: Some(finding.excerpt),
        after: finding.suggestion,
        why: finding.why,
    };
    Ok(found.into_iter().take(REMARKS).map(remark).collect())
}

/// A link may lead to the merchant's hosts, and to wherever the merchant's own data leads.
fn may_link(host: &str, merchant: &Merchant, known: &Known<'_>) -> bool {
    let host = host.to_lowercase();
    let listed = |allowed: &String| {
        let allowed = allowed.to_lowercase();
        host == allowed || host.strip_suffix(&allowed).is_some_and(|rest| rest.ends_with('.'))
    };
    merchant.links.iter().any(listed) || known.hosts().contains(&host)
}

/// What the turn itself says: the customer's own data, the conversation, the merchant's live data. Most suggestions
/// need none of it, so each part is put together when it is first asked for.
pub(crate) struct Known<'a> {
    turn: &'a Turn,
    text: OnceCell<String>,
    hosts: OnceCell<Vec<String>>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(turn: &'a Turn) -> Self {
        Self { turn, text: OnceCell::new(), hosts: OnceCell::new() }
    }

    fn has(&self, contact: &str) -> bool {
        let text = self.text.get_or_init(|| {
            let mut text = self.turn.message.text.to_lowercase();
            let history = self.turn.history.iter().map(|message| message.text.as_str());
            history.chain(data(self.turn)).for_each(|part| {
                text.push('\n');
                text.push_str(&part.to_lowercase());
            });
            text
        });
        if contact.contains('@') {
            return text.contains(&contact.to_lowercase());
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        digits(text).contains(&digits(contact))
    }

    /// Where the merchant's data leads. What a customer wrote is no reason to link there.
    fn hosts(&self) -> &[String] {
        self.hosts.get_or_init(|| data(self.turn).flat_map(links).map(|link| link.host.to_lowercase()).collect())
    }
}

/// Texts that the merchant has pushed: of the customer, the orders, the live data.
fn data(turn: &Turn) -> impl Iterator<Item = &str> {
    let customer = &turn.customer;
    let orders = customer.orders.iter().flat_map(|order| {
        let parcels = order.fulfillments.iter();
        let parcels = parcels.flat_map(|parcel| [&parcel.tracking_number, &parcel.tracking_url]).flatten();
        let own = std::iter::once(&order.id).chain(&order.number).chain(parcels).map(String::as_str);
        own.chain(texts(&order.attributes))
    });
    let own = [&customer.email, &customer.phone].into_iter().flatten().map(String::as_str);
    let live = turn.live.iter().flat_map(|item| texts(&item.fields));
    own.chain(orders).chain(texts(&customer.attributes)).chain(live)
}

fn texts(fields: &cuecard_model::Fields) -> impl Iterator<Item = &str> {
    use cuecard_model::Value;
    fields.values().filter_map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
}

/// Electronic mail addresses and international phone numbers in a text.
fn contacts(text: &str) -> impl Iterator<Item = &str> {
    let edges = |character: char| !character.is_alphanumeric() && character != '+';
    let words =
        text.split(|character: char| character.is_whitespace() || "<>()[]{},;:\"'，。；：（）、".contains(character));
    let mails = words.filter_map(move |word| {
        let word = word.trim_matches(edges);
        let (user, host) = word.split_once('@')?;
        (!user.is_empty() && host.contains('.')).then_some(word)
    });
    mails.chain(phones(text))
}

/// Runs that begin with `+` and have 8 to 15 digits (E.164), with spaces, dots, hyphens and brackets in between.
fn phones(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('+').filter_map(move |(start, _)| {
        let rest = text.get(start..)?;
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, character)| !character.is_ascii_digit() && !" -.()\u{a0}".contains(*character));
        let run = rest.get(..end.map_or(rest.len(), |(end, _)| end))?;
        let digits = run.chars().filter(char::is_ascii_digit).count();
        (8..=15).contains(&digits).then(|| run.trim_end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_named_by_its_host_or_as_it_is_written() {
        for (text, named) in [
            ("see https://evil.example/x", "it links to evil.example, which is not on the merchant's list"),
            ("see javascript:go.", "it links to javascript:go, which names no host"),
            ("see Data:text/html,hi", "it links to Data:text/html,hi, which names no host"),
            ("see file:///", "it links to file:///, which names no host"),
        ] {
            let found = links(text);
            assert!(unlisted(&found[0]).starts_with(named), "{}", unlisted(&found[0]));
        }
        let long = links(&format!("data:{}", "ä".repeat(500)));
        assert!(unlisted(&long[0]).contains(&format!("data:{}…,", "ä".repeat(75))), "{}", unlisted(&long[0]));
    }

    #[test]
    fn finds_contacts() {
        let found = |text: &str| contacts(text).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(found("write to <eve@mail.example>, please."), ["eve@mail.example"]);
        assert_eq!(found("请发邮件至eve@mail.example。"), ["请发邮件至eve@mail.example"]);
        assert_eq!(found("call +49 (30) 1234-5678 now"), ["+49 (30) 1234-5678"]);
        assert_eq!(found("1+1 = 2, order 10012345678"), Vec::<String>::new());
    }
}
