use serde_json::json;

use super::*;

const ACCOUNT: Account = Account { number: 3, trust_identifiers: false };

/// A webhook of a customer's message, with these fields in place of its own.
fn webhook(changes: Json) -> Json {
    let mut body = json!({
        "event": "message_created", "id": 11, "content": "where is it?", "message_type": "incoming", "private": false,
        "created_at": "2026-11-22T08:15:04.000Z", "content_attributes": {}, "account": {"id": 3},
        "conversation": {
            "id": 7, "channel": "Channel::Whatsapp", "additional_attributes": {"browser_language": "pt_BR"},
            "contact_inbox": {"pubsub_token": "secret", "hmac_verified": false},
            "meta": {"sender": {"id": 5, "name": "Wei Wang", "email": "w@mail.example", "identifier": "u-9",
                "phone_number": "+8613800000000", "additional_attributes": {"country_code": "cn"}}},
        },
    });
    for (path, value) in changes.as_object().unwrap() {
        match body.pointer_mut(path) {
            Some(place) => *place = value.clone(),
            None => body[path.trim_start_matches('/')] = value.clone(),
        }
    }
    body
}

fn read(body: &Json) -> Result<Read, Wrong> {
    ACCOUNT.webhook(body, &name(body, "hash"))
}

fn told(body: &Json) -> Told {
    match read(body).unwrap() {
        Read::Told(told) => *told,
        nothing => panic!("{nothing:?}"),
    }
}

#[test]
fn a_customers_message_with_all_that_is_known() {
    let found = told(&webhook(json!({})));
    assert_eq!((&*found.id, found.conversation.as_str()), ("chatwoot/3/11", "chatwoot-3-7"));
    let Said::Message(message) = found.said else { panic!() };
    assert_eq!((&*message.channel, message.role, message.message_id.as_str()), ("whatsapp", Role::Customer, "11"));
    assert_eq!(message.at.unwrap().to_string(), "2026-11-22T08:15:04Z");
    let customer = &message.customer;
    assert_eq!(customer.id.as_str(), "chatwoot-3-5", "nobody has signed for the identifier");
    assert_eq!((customer.locale.as_deref(), customer.country.as_deref()), (Some("pt-BR"), Some("CN")));
    assert_eq!(customer.phone.as_deref(), Some("+8613800000000"));
    assert_eq!(customer.name.as_ref().and_then(|name| name.family.as_deref()), Some("Wang"));
    let signed = webhook(json!({"/conversation/contact_inbox/hmac_verified": true}));
    assert_eq!(told(&signed).customer.as_str(), "u-9");
    let trusting = Account { trust_identifiers: true, ..ACCOUNT };
    let Read::Told(found) = trusting.webhook(&webhook(json!({})), "n").unwrap() else { panic!() };
    assert_eq!(found.customer.as_str(), "u-9");
}

#[test]
fn types_are_words_or_numbers_and_most_of_them_are_nobodys_message() {
    for (changes, expected) in [
        (json!({"/message_type": 0}), None),
        (json!({"/message_type": 1, "/sender": {"id": 4, "type": "user"}}), None),
        (json!({"/message_type": "outgoing", "/sender": null}), None),
        (json!({"/message_type": 2}), Some("neither")),
        (json!({"/message_type": "template"}), Some("neither")),
        (json!({"/private": true}), Some("a private note")),
        (json!({"/content_attributes": {"cuecard_key": "demo:o-1"}}), Some("written by this host")),
        (
            json!({"/message_type": "outgoing", "/sender": {"id": 4, "type": "agent_bot"}}),
            Some("not written by a person"),
        ),
        (
            json!({"/message_type": 1, "/content_attributes": {"automation_rule_id": 2}}),
            Some("not written by a person"),
        ),
        (json!({"/message_type": 1, "/additional_attributes": {"campaign_id": 2}}), Some("not written by a person")),
        (json!({"/content": null}), Some("an empty message")),
        (json!({"/content": "  "}), Some("an empty message")),
        (json!({"/event": "contact_updated"}), Some("nothing is done")),
    ] {
        let body = webhook(changes.clone());
        let reason = match read(&body).unwrap() {
            Read::Told(_) => None,
            Read::Nothing(reason) => Some(reason),
        };
        let fits = reason.zip(expected).map_or(reason == expected, |(reason, expected)| reason.starts_with(expected));
        assert!(fits, "{changes}: {reason:?}");
    }
    let agents = told(&webhook(json!({"/message_type": 1, "/sender": {"id": 4, "type": "user"}})));
    let Said::Message(message) = agents.said else { panic!() };
    assert_eq!(message.agent_id.unwrap().as_str(), "chatwoot-4");
    assert_eq!(message.customer.id.as_str(), "chatwoot-3-5", "the customer of the conversation");
}

#[test]
fn pictures_changes_deletions_states_and_ratings() {
    let picture =
        told(&webhook(json!({"/content": null, "/attachments": [{"file_type": "image"}, {"file_type": "file"}]})));
    assert!(matches!(&picture.said, Said::Wordless(message) if message.text == "[image, file]"));
    let updated = |more: Json| {
        let mut changes = json!({"/event": "message_updated"});
        changes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told(&webhook(changes))
    };
    let changed = updated(json!({"/content": "where is it now?"}));
    assert!(matches!(&changed.said, Said::Changed(message) if message.text == "where is it now?"));
    assert_ne!(changed.id, "chatwoot/3/11");
    let gone = updated(json!({"/content_attributes": {"deleted": true}}));
    assert_eq!((gone.said, &*gone.id), (Said::Deleted("11".into()), "chatwoot/3/11/deleted"));
    let rating = json!({"submitted_values": {"csat_survey_response": {"rating": 4}}});
    let rated = updated(json!({"/message_type": "template", "/content_attributes": rating}));
    assert!(
        matches!(&rated.said, Said::Event { kind, fields, .. } if kind == "conversation.rated" && fields["rating"] == 4.0.into())
    );

    let mut conversation = webhook(json!({}))["conversation"].take();
    conversation["status"] = json!("resolved");
    conversation["updated_at"] = json!(1_795_336_504.25);
    let ids = ["conversation_status_changed", "conversation_resolved"].map(|event| {
        conversation["event"] = json!(event);
        told(&conversation).id
    });
    assert_eq!(ids[0], ids[1], "told of by two events, and one thing");
    conversation["status"] = json!("snoozed");
    assert!(matches!(read(&conversation).unwrap(), Read::Nothing(_)));
}

#[test]
fn what_does_not_fit_is_said_with_its_place() {
    for (changes, field) in [
        (json!({"/account": {"id": 4}}), "account.id"),
        (json!({"/id": {}}), "id"),
        (json!({"/message_type": {}}), "message_type"),
        (json!({"/conversation/id": "../7"}), "conversation.id"),
        (json!({"/conversation": null}), "conversation"),
        (json!({"/conversation/meta": {}}), "conversation.meta.sender"),
        (json!({"/content": ["x"]}), "content"),
        (json!({"/event": null}), "event"),
    ] {
        assert_eq!(read(&webhook(changes.clone())).unwrap_err().field, field, "{changes}");
    }
}

#[test]
fn tokens_are_stripped_wherever_they_are() {
    let mut body = json!({"a": [{"pubsub_token": "x", "b": {"access_token": 1, "kept": 2}}], "pubsub_token": null});
    strip(&mut body);
    assert_eq!(body, json!({"a": [{"b": {"kept": 2}}]}));
}

#[test]
fn small_things() {
    for (text, expected) in
        [("chatwoot-3-7", Some(7)), ("7", Some(7)), ("chatwoot-31-7", None), ("chatwoot-4-7", None), ("x", None)]
    {
        assert_eq!(ACCOUNT.number_of(text), expected, "{text}");
    }
    for (name, expected) in [("misty-dawn-42", true), ("Jean-Luc", false), ("jean-luc-x", false), ("Ana", false)] {
        assert_eq!(is_made_up(name), expected, "{name}");
    }
    let long = webhook(json!({"/content": "é".repeat(20_000)}));
    let Said::Message(message) = told(&long).said else { panic!() };
    assert_eq!(message.text.len(), TEXT);
    for (text, expected) in [
        (json!("2020-03-03 13:05:57 UTC"), Some("2020-03-03T13:05:57Z")),
        (json!(1_583_240_757), Some("2020-03-03T13:05:57Z")),
        (json!("soon"), None),
        (json!(-1), None),
        (json!(1e300), None),
    ] {
        let body = json!({ "at": text });
        assert_eq!(moment(&At::top(&body), "at").map(|at| at.to_string()).as_deref(), expected, "{text}");
    }
}
