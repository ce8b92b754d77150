//! How a reply is to be worded: form of address, direction, name, length.
//!
//! Owns the starting rules by language and channel. Merchants' own rules come later, as culture packs, and will
//! override these by id.

use cuecard_model::{Culture, PersonName, Register};

use crate::{
    Contact, Cultures,
    channel::{self, Tone},
    locale, name,
    words::words,
};

/// The culture of a reply. A register that the merchant or plugin has set wins over the language's own.
pub fn culture(locale: &str, channel: &str, name: Option<&PersonName>, register: Option<Register>) -> Culture {
    let register = register.unwrap_or_else(|| register_for(locale, channel));
    Culture {
        register,
        direction: words(locale).direction,
        person: name.and_then(|name| name::person(name, locale, register)),
        max_length: channel::max_length(channel, locale),
        locale: locale::normalize(locale).unwrap_or_else(|| locale.to_owned()),
    }
}

/// What a language does where nobody has said otherwise.
#[derive(Clone, Copy)]
enum Habit {
    /// Formal everywhere.
    Formal,
    /// Formal in letters and on the phone, informal in chats.
    InformalInChat,
    /// Informal everywhere, or the language makes no difference.
    Informal,
}

/// The form of address for a locale on a channel, where neither merchant nor plugin has set one.
///
/// A reply that is too polite is forgiven and one that is too familiar is not, so a language in doubt is formal.
pub fn register_for(locale: &str, channel: &str) -> Register {
    let words = words(locale);
    if let Some(addressed) = Cultures::shipped().rules(locale).register(&Contact::unknown(channel)) {
        return addressed.register;
    }
    let id = &words.locale.id;
    let region = id.region.as_ref().map_or("", |region| region.as_str());
    match (habit(id.language.as_str(), region), channel::limit(channel).tone) {
        (Habit::Informal, _) | (Habit::InformalInChat, Tone::Chat) => Register::Informal,
        _ => Register::Formal,
    }
}

/// Our reading of how large shops write to customers they do not know, 2026-11; to be replaced, rule by rule, by
/// culture packs with a source each. Where the vendors' public localization style guides and shops' own habits
/// differ, the more polite one is taken.
fn habit(language: &str, region: &str) -> Habit {
    match (language, region) {
        // No distinction in the grammar, and given names are the custom.
        ("en" | "he", _) => Habit::Informal,
        // General du in the Nordic countries since the reforms of the 1960s; je in Dutch chats, u in letters.
        ("sv" | "da" | "nb" | "nn" | "no" | "is" | "fi", _) => Habit::Informal,
        ("nl", "BE") => Habit::Formal,
        ("nl", _) => Habit::InformalInChat,
        // Tú is the custom of Spanish and Mexican shops in chats; usted elsewhere, and vos in Argentina is informal.
        ("es", "" | "ES" | "MX" | "AR" | "US" | "UY") => Habit::InformalInChat,
        // Você in Brazil is neither; European Portuguese keeps the third person.
        ("pt", "" | "BR") => Habit::InformalInChat,
        ("it", _) => Habit::InformalInChat,
        // Sie, vous, 您, です/ます, 합쇼체, вы, Pan/Pani, siz, aap and their like.
        _ => Habit::Formal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cuecard_model::Direction;

    #[test]
    fn registers() {
        for (locale, channel, expected) in [
            ("de-DE", "web_chat", Register::Formal),
            ("fr-FR", "whatsapp", Register::Formal),
            ("ja", "web_chat", Register::Formal),
            ("ko-KR", "web_chat", Register::Formal),
            ("zh-Hans-CN", "wechat", Register::Formal),
            ("es-ES", "web_chat", Register::Informal),
            ("es-ES", "email", Register::Formal),
            ("es-CO", "web_chat", Register::Formal),
            ("en-US", "email", Register::Informal),
            ("sv", "email", Register::Informal),
            ("???", "web_chat", Register::Formal),
        ] {
            assert_eq!(register_for(locale, channel), expected, "{locale} {channel}");
        }
    }

    #[test]
    fn a_whole_culture() {
        let name = PersonName { given: Some("伟".into()), family: Some("王".into()), title: None };
        let found = culture("zh-CN", "sms", Some(&name), None);
        assert_eq!(found.person.as_deref(), Some("王伟"));
        assert_eq!((found.locale.as_str(), found.direction, found.max_length), ("zh-CN", Direction::Ltr, Some(201)));
        assert_eq!(culture("de", "email", None, Some(Register::Informal)).register, Register::Informal);
        assert_eq!(culture("ar-EG", "email", None, None).direction, Direction::Rtl);
    }
}
