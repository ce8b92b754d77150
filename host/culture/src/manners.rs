//! How a reply is to be worded: form of address, direction, name, length.
//!
//! Owns what holds where no pack says anything. Packs and merchants' rules come first.

use cuecard_model::{Culture, PersonName, Register};

use crate::{Contact, Cultures, channel, locale, name, words::words};

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

/// The form of address for a locale on a channel, where neither merchant nor plugin has set one: what the locale's pack says.
///
/// A reply that is too polite is forgiven and one that is too familiar is not, so a language without a pack is formal,
/// but for those of the North: *du* has been general there since the reforms of the 1960s.
pub fn register_for(locale: &str, channel: &str) -> Register {
    if let Some(addressed) = Cultures::shipped().rules(locale).register(&Contact::unknown(channel)) {
        return addressed.register;
    }
    match words(locale).locale.id.language.as_str() {
        "da" | "nb" | "nn" | "no" | "is" | "fi" | "sv" => Register::Informal,
        _ => Register::Formal,
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
            ("nb", "email", Register::Informal),
            ("cs", "web_chat", Register::Formal),
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
