use super::*;
use crate::{Cultures, Occasion};

fn manner(locale: &str, channel: &str, now: &str) -> Manner {
    let rules = Cultures::shipped().rules(locale);
    let occasion = Occasion::at(now.parse().unwrap(), None, &rules);
    Manner::plain(rules, channel, Register::Formal, occasion)
}

fn found(locale: &str, text: &str) -> String {
    let found = lint(text, &manner(locale, "web_chat", "2026-06-10T09:00:00Z"), locale);
    let show = |it: LintFinding| match it.suggestion {
        Some(suggestion) => format!("{} '{}' to '{suggestion}'", it.rule, it.excerpt),
        None => format!("{} '{}'", it.rule, it.excerpt),
    };
    found.into_iter().map(show).collect::<Vec<_>>().join("; ")
}

#[test]
fn finds() {
    for (locale, text, expected) in [
        ("de-DE", "Ihr Paket kommt garantiert morgen.", "de-DE/claim.guaranteed 'garantiert' to 'voraussichtlich'"),
        ("de-DE", "Die Garantie gilt zwei Jahre.", ""),
        ("de-DE", "Wir nennen es “Paket”.", "de-DE/style.quotes '”' to '“'"),
        ("de-DE", "Wirklich ?", "de-DE/style.spacing ' ?' to '?'"),
        ("de-DE", "Toll! Super! Danke!", "de-DE/style.exclamation '!'"),
        ("de-DE", "Das ist fÃ¼r Sie, MÃ¼ller.", "text.mojibake 'Ã¼' to 'ü'; text.mojibake 'Ã¼' to 'ü'"),
        ("de-DE", "Heißt es „so“, \u{201c}so\u{201d} oder »so«?", "de-DE/style.quotes '”' to '“'"),
        ("en-US", "It â€™s here", "text.mojibake 'â€™' to '’'"),
        ("fr", "Le « café » est prêt, naïve É…", ""),
        ("en-US", "Hello {$name}", "text.placeholder '{$name}'"),
        ("en-US", "Your Pаypal refund", "text.mixed-scripts 'Pаypal'"),
        ("en-US", "It is guaranteed to arrive.", "en-US/claim.guaranteed-date 'guaranteed'"),
        ("en-US", "Please calm down!", "en-US/taboo.calm-down 'calm down'"),
        ("en-US", "A 5\" screen and \"quotes\", see https://shop.example/?a=1", ""),
        ("zh-CN", "这是我们最好的产品,质量好", "zh-CN/claim.superlative '最好的'; zh-CN/style.spacing ',' to '，'"),
        ("zh-CN", "您最好明天再来取。", ""),
        ("zh-CN", "王小姐，您好", "zh-CN/taboo.xiaojie '小姐' to '女士'"),
        ("zh-CN", "订单4号已发货，价格4.44元", ""),
        ("zh-CN", "送您4个礼品", "zh-CN/taboo.four '4'"),
        ("zh-CN", "2026 年 11 月 4 日送您 4 个礼品", "zh-CN/taboo.four '4'"),
        ("zh-CN", "送您礼品，4 Nov 2026", ""),
    ] {
        assert_eq!(found(locale, text), expected, "{locale}: {text}");
    }
}

#[test]
fn too_long_for_the_channel() {
    let manner = manner("en-US", "sms", "2026-06-10T09:00:00Z");
    let found = lint(&"A sentence of a few words. ".repeat(40), &manner, "en");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.as_str(), found[0].at.start), ("text.channel-length", 458));
}

#[test]
fn during_a_holiday_alone() {
    let rules = |now| lint("电池死了", &manner("zh-CN", "wechat", now), "zh").len();
    assert_eq!((rules("2026-02-18T04:00:00Z"), rules("2026-06-18T04:00:00Z")), (1, 0));
}

#[test]
fn one_form_of_address() {
    let manner = manner("de-DE", "web_chat", "2026-06-10T09:00:00Z");
    let found = lint("Haben Sie das Paket? Es ist da. Hast du es gesehen?", &manner, "de-DE");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.as_str(), found[0].excerpt.as_str()), ("text.mixed-register", "Hast"));
    assert_eq!(found[0].why, "one text says both Sie ('Sie') and du ('Hast')");
    assert_eq!(lint("Haben Sie das Paket? Wir schreiben Ihnen.", &manner, "de-DE"), []);
}

/// *Você* is polite in Portugal and informal in Brazil: the region must not get lost on the way.
#[test]
fn the_region_decides() {
    let manner = manner("pt-BR", "web_chat", "2026-06-10T09:00:00Z");
    let mixed = |locale| {
        let found = lint("O senhor recebeu o pacote. Você pode me escrever.", &manner, locale);
        found.iter().filter(|it| it.rule == "text.mixed-register").count()
    };
    assert_eq!((mixed("pt-BR"), mixed("pt"), mixed("pt-PT")), (1, 1, 0));
}

#[test]
fn a_rule_that_is_off() {
    let mut manner = manner("en-US", "web_chat", "2026-06-10T09:00:00Z");
    for off in ["taboo.calm-down", "taboo"] {
        manner.off = vec![off.into()];
        assert_eq!(lint("Please calm down!", &manner, "en"), []);
    }
}

#[test]
fn spanish_opens_what_it_closes() {
    let text = "[style.spacing]\ninverted = true\nsource = \"us\"";
    let layer = crate::Layer::parse("shop", "culture/all.toml", text).unwrap();
    let rules = Cultures::with(vec![layer.into()]).rules("eo");
    let occasion = Occasion::at("2026-06-10T09:00:00Z".parse().unwrap(), None, &rules);
    let manner = Manner::plain(rules, "web_chat", Register::Formal, occasion);
    for (text, expected) in [
        ("¿Qué tal? ¡Hola!", 0),
        ("Qué tal?", 1),
        ("Hola! ¿Qué tal?", 1),
        ("¡¿Qué?!", 0),
        ("https://tienda.example/?a=1", 0),
    ] {
        assert_eq!(lint(text, &manner, "es").len(), expected, "{text}");
    }
}
