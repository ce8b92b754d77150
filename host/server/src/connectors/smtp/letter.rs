//! A parcel as a letter: its headers and its words, ready for the wire.
//!
//! What comes from shops and customers (addresses, ids, names in the text) is parsed or encoded before it gets near a
//! header, so that no line can be smuggled in.

use cuecard_model::Purpose;
use lettre::{
    Address, Message,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

use super::{Smtp, Unsubscribe};
use crate::connectors::{Parcel, web::encoded};

/// What fits on a line: RFC 5322, 2.1.1.
const SUBJECT: usize = 78;

/// Ready for the wire.
pub(super) struct Letter {
    pub(super) to: Address,
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
}

/// An error is a word for people on why this can never be a letter.
pub(super) fn write(smtp: &Smtp, parcel: &Parcel) -> Result<Letter, String> {
    let to = parcel.to.as_deref().ok_or("there is no mail address")?;
    let to: Address = to.parse().map_err(|error| format!("the mail address is none: {error}"))?;
    // The same for every attempt, so that a mail server, or the customer's mailbox, can see the second one for what it is.
    let hash = blake3::hash(parcel.idempotency_key.as_bytes()).to_hex();
    let id = format!("<{}@{}>", hash.get(..32).unwrap_or_default(), smtp.from.email.domain());
    let mut builder = Message::builder()
        .from(smtp.from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(subject(parcel))
        .message_id(Some(id.clone()))
        // RFC 3834: nobody's holiday message need answer.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", &language(&parcel.locale)));
    if let Some(reply_to) = &smtp.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    if parcel.purpose == Purpose::Marketing {
        let way_out = smtp.unsubscribe.as_ref().ok_or(
            "marketing mail needs a way out of it\n  hint: set unsubscribe_url, which gets the header of RFC 8058",
        )?;
        builder = builder
            .raw_header(header("List-Unsubscribe", &format!("<{}>", link(way_out, parcel))))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let message = builder.singlepart(SinglePart::plain(parcel.text.clone())).map_err(|error| error.to_string())?;
    let mut bytes = message.formatted();
    // The connection ends the last line once more.
    if bytes.ends_with(b"\r\n") {
        bytes.truncate(bytes.len() - 2);
    }
    Ok(Letter { to, id, bytes })
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A tag has letters, digits and hyphens; anything else is not one.
fn language(locale: &str) -> String {
    locale.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(35).collect()
}

fn link(way_out: &Unsubscribe, parcel: &Parcel) -> String {
    let customer = parcel.customer.as_str();
    let token = way_out.secret.as_ref().map(|secret| secret.sign(&[customer.as_bytes()]));
    way_out.url.replace("{customer}", &encoded(customer)).replace("{token}", &token.unwrap_or_default())
}

/// The heading that goes with the message, or the first sentence: on one line, and short enough to be read.
fn subject(parcel: &Parcel) -> String {
    let text = parcel.subject.as_deref().unwrap_or_else(|| first_sentence(&parcel.text));
    let line = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUBJECT {
        return line;
    }
    let mut short: String = line.chars().take(SUBJECT - 1).collect();
    if let Some((words, _)) = short.rsplit_once(' ').filter(|(words, _)| words.len() > short.len() / 2) {
        short = words.to_owned();
    }
    short + "…"
}

/// Up to the first full stop that ends a sentence: not the one in 10.50.
fn first_sentence(text: &str) -> &str {
    let text = text.trim();
    let mut letters = text.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let ends = match letter {
            '\n' => return text.get(..place).unwrap_or(text),
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
            '。' | '！' | '？' | '؟' | '।' => true,
            _ => false,
        };
        if ends {
            return text.get(..place + letter.len_utf8()).unwrap_or(text);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence() {
        for (text, expected) in [
            ("Hello Sara, it costs 10.50 now. More below.", "Hello Sara, it costs 10.50 now."),
            ("您好！您的包裹已到。谢谢", "您好！"),
            ("One line\nand another", "One line"),
            ("no end", "no end"),
            ("", ""),
        ] {
            assert_eq!(first_sentence(text), expected);
        }
    }
}
