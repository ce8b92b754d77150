//! Consent: records that are only ever added, and of which the latest decides. A withdrawal is a record like a grant.
//!
//! Knows nothing of where records are kept.

use std::sync::Arc;

use cuecard_model::{ConsentAnswer, ConsentPurpose, ConsentRecord, CustomerId, Timestamp};

use crate::Word;

/// The record that decides at a moment, if any speaks of this purpose and channel. A grant holds from its moment, a
/// withdrawal as soon as it is known: clocks differ, and no is not to wait for them.
pub fn consent<'a>(
    records: &'a [ConsentRecord],
    purpose: ConsentPurpose,
    channel: &str,
    now: Timestamp,
) -> Option<&'a ConsentRecord> {
    records
        .iter()
        .filter(|record| record.purpose == purpose)
        .filter(|record| record.at <= now || record.answer == ConsentAnswer::Withdrawn)
        .filter(|record| record.channel.as_deref().is_none_or(|only| only == channel))
        .max_by_key(|record| (record.at, record.answer))
}

/// The records that a word of the customer leaves, to be added to those that are there.
///
/// STOP withdraws every purpose on its channel. START brings back what was granted there before the withdrawal, and
/// grants nothing that never was. HELP leaves none.
pub fn after_word(
    word: Word,
    customer: &CustomerId,
    channel: &str,
    records: &[ConsentRecord],
    now: Timestamp,
) -> Vec<ConsentRecord> {
    const ALL: [ConsentPurpose; 3] =
        [ConsentPurpose::Service, ConsentPurpose::Marketing, ConsentPurpose::MarketingAtNight];
    let record = |purpose, answer, wording: &Arc<str>, source: &str| ConsentRecord {
        customer: customer.clone(),
        purpose,
        channel: Some(channel.into()),
        answer,
        wording: Arc::clone(wording),
        at: now,
        source: source.into(),
    };
    let none: Arc<str> = "".into();
    match word {
        Word::Help => Vec::new(),
        Word::Stop => ALL.map(|purpose| record(purpose, ConsentAnswer::Withdrawn, &none, "keyword STOP")).into(),
        Word::Start => ALL
            .into_iter()
            .filter(|purpose| {
                consent(records, *purpose, channel, now).is_some_and(|last| last.answer == ConsentAnswer::Withdrawn)
            })
            .filter_map(|purpose| {
                let granted = |record: &&ConsentRecord| {
                    record.purpose == purpose
                        && record.answer == ConsentAnswer::Granted
                        && record.channel.as_deref().is_none_or(|only| only == channel)
                };
                let wording = match records.iter().filter(granted).max_by_key(|record| record.at) {
                    Some(grant) => &grant.wording,
                    None if purpose == ConsentPurpose::Service => &none,
                    None => return None,
                };
                Some(record(purpose, ConsentAnswer::Granted, wording, "keyword START"))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(purpose: ConsentPurpose, channel: Option<&str>, answer: ConsentAnswer, at: i64) -> ConsentRecord {
        ConsentRecord {
            customer: "u-1".into(),
            purpose,
            channel: channel.map(Arc::from),
            answer,
            wording: "checkout-1".into(),
            at: Timestamp::from_seconds(at),
            source: "checkout".into(),
        }
    }

    #[test]
    fn the_latest_record_decides_and_a_withdrawal_wins_a_tie() {
        use {ConsentAnswer::*, ConsentPurpose::*};
        let cases = [
            (vec![], None),
            (vec![record(Marketing, Some("sms"), Granted, 1)], Some(Granted)),
            (vec![record(Marketing, Some("sms"), Withdrawn, 2), record(Marketing, None, Granted, 1)], Some(Withdrawn)),
            (vec![record(Marketing, None, Withdrawn, 1), record(Marketing, Some("sms"), Granted, 2)], Some(Granted)),
            (vec![record(Marketing, None, Granted, 3), record(Marketing, Some("sms"), Withdrawn, 3)], Some(Withdrawn)),
            (vec![record(Marketing, Some("email"), Granted, 1), record(Service, Some("sms"), Granted, 1)], None),
            (vec![record(Marketing, Some("sms"), Granted, 11)], None),
            (vec![record(Marketing, None, Granted, 1), record(Marketing, None, Withdrawn, 11)], Some(Withdrawn)),
        ];
        for (records, expected) in cases {
            let found = consent(&records, Marketing, "sms", Timestamp::from_seconds(10)).map(|record| record.answer);
            assert_eq!(found, expected, "{records:?}");
        }
    }

    #[test]
    fn stop_withdraws_all_and_start_brings_back_only_what_was_granted() {
        let (customer, now) = (CustomerId::from("u-1"), Timestamp::from_seconds(100));
        let mut records = vec![record(ConsentPurpose::Marketing, Some("sms"), ConsentAnswer::Granted, 1)];
        let stopped = after_word(Word::Stop, &customer, "sms", &records, now);
        assert_eq!(stopped.len(), 3);
        assert!(stopped.iter().all(|record| record.answer == ConsentAnswer::Withdrawn));
        records.extend(stopped);
        let later = Timestamp::from_seconds(200);
        let started = after_word(Word::Start, &customer, "sms", &records, later);
        let purposes: Vec<_> = started.iter().map(|record| (record.purpose, record.wording.to_string())).collect();
        let expected = [(ConsentPurpose::Service, String::new()), (ConsentPurpose::Marketing, "checkout-1".to_owned())];
        assert_eq!(purposes, expected);
        assert!(after_word(Word::Start, &customer, "sms", &[], later).is_empty());
        assert!(after_word(Word::Help, &customer, "sms", &records, later).is_empty());
    }
}
