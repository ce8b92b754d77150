use super::*;
use crate::Contact;
use cuecard_model::Register;

/// All packs are read, name packs and holidays that there are, and differ from the root pack.
#[test]
fn packs() {
    for (name, text) in SHIPPED {
        let pack = Pack::parse(&format!("packs/{name}.toml"), text, true);
        let pack = pack.unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
        let parent = pack.pack.inherits.as_deref().unwrap_or(ROOT);
        assert!(SHIPPED.iter().any(|(it, _)| *it == parent), "{name} inherits {parent}, which is not there");
        let rules = shipped(name);
        assert_eq!(rules.unknown_holidays(), [""; 0], "{name} names holidays that it does not have");
        for id in &pack.off {
            let below = packs_below(name);
            let below = Rules::compile(&named(&below[..below.len() - 1]));
            assert!(
                below.origins.contains_key(id) || below.pack.rules().any(|(it, _)| it == *id),
                "{name} switches {id} off, which is not there"
            );
        }
        if *name != ROOT {
            complete(name, &rules);
        }
    }
}

/// What a pack must say, itself or through its parents, to be one.
fn complete(name: &str, rules: &Rules) {
    let pack = &rules.pack;
    if crate::normalize(name).is_none_or(|tag| !tag.contains('-')) {
        return;
    }
    let (style, lacks) = (&pack.style, |what: &str| format!("{name} says nothing of {what}"));
    assert!(style.week.is_some(), "{}", lacks("the week"));
    assert!(style.units.is_some(), "{}", lacks("units"));
    assert!(style.quotes.is_some(), "{}", lacks("quotes"));
    assert!(style.spacing.is_some(), "{}", lacks("spacing"));
    assert!(style.apology.is_some(), "{}", lacks("words of apology"));
    assert!(pack.greeting.len() >= 2, "{}", lacks("greetings by the hour"));
    assert!(pack.closing.len() >= 2, "{}", lacks("closings for chats and letters"));
    assert!(pack.empathy.values().any(|it| it.emotion.is_empty()), "{}", lacks("empathy for any feeling"));
    assert!(!pack.apology.is_empty(), "{}", lacks("an apology"));
    let has = |section| rules.words.rules.iter().any(|rule| rule.section == section);
    assert!(has("claim") && has("taboo"), "{}", lacks("claims and taboos"));
    assert!(pack.holiday.len() >= 5, "{}", lacks("holidays"));
}

/// Every movable day is there in each year from 2026 to 2028.
#[test]
fn holidays_every_year() {
    for (name, _) in SHIPPED {
        let rules = shipped(name);
        for (id, days, _) in &rules.holidays {
            for year in 2026..=2028 {
                let is_there = days.iter().any(|day| day.in_year(year).is_some());
                assert!(is_there, "{name}: holiday.{id} has no day in {year}");
            }
        }
    }
}

#[test]
fn falls_back() {
    let cultures = Cultures::shipped();
    let form = |tag: &str| cultures.rules(tag).form(Register::Formal).map(str::to_owned);
    assert_eq!(form("de-DE").as_deref(), Some("Sie"));
    assert_eq!(form("de-AT").as_deref(), Some("Sie"));
    assert_eq!(form("zh-Hans-CN").as_deref(), Some("您"));
    assert_eq!(form("tlh"), None);
    assert_eq!(cultures.rules("tlh").register(&Contact::unknown("web_chat")), None);
}

#[test]
fn merchants_have_the_last_word() {
    let layer = |file: &str, text: &str| Arc::new(Layer::parse("shop", file, text).unwrap());
    let all = "[brand]\nregister = \"informal\"\nemoji = 0";
    let german =
        "off = [\"claim.guaranteed\"]\n[claim.test-winner]\nwords = [\"Sieger\"]\nwhy = \"ours\"\nsource = \"us\"";
    let cultures = Cultures::with(vec![layer("culture/all.toml", all), layer("culture/de.toml", german)]);
    let swiss = cultures.rules("de-CH");
    assert_eq!(swiss.register(&Contact::unknown("email")).unwrap().rule, "brand");
    let why = |rules: &Rules, claim: &str| {
        let rule = rules.words.rules.iter().find(|rule| rule.section == "claim" && rule.id == claim);
        rule.map(|rule| rule.wording.why.clone())
    };
    assert_eq!(why(&swiss, "guaranteed"), None);
    assert_eq!(why(&swiss, "test-winner").as_deref(), Some("ours"));
    assert!(swiss.words.is_in("Sieger") && !swiss.words.is_in("Testsieger"));
    assert_eq!(swiss.origin("claim", "test-winner").rule, "shop/claim.test-winner");
    let english = cultures.rules("en-US");
    assert_eq!(english.pack.brand.emoji, Some(0));
    assert!(why(&english, "guaranteed-date").is_some());
}

/// Where the language tells who speaks, the shop may say so; the packs speak as nobody in particular.
#[test]
fn shops_speak_as_somebody() {
    for (brand, greeting, apology) in [
        ("", "สวัสดี คุณสมชาย", "ขออภัยในความไม่สะดวกเป็นอย่างสูง"),
        ("[brand]\nspeaker = \"female\"", "สวัสดีค่ะ คุณสมชาย", "ขออภัยในความไม่สะดวกเป็นอย่างสูงค่ะ"),
        ("[brand]\nspeaker = \"male\"", "สวัสดีครับ คุณสมชาย", "ขออภัยในความไม่สะดวกเป็นอย่างสูงครับ"),
    ] {
        let rules =
            Cultures::with(vec![Arc::new(Layer::parse("shop", "culture/all.toml", brand).unwrap())]).rules("th-TH");
        let occasion = crate::Occasion::at("2026-06-08T05:00:00Z".parse().unwrap(), Some("Asia/Bangkok"), &rules);
        let plain = crate::Manner::plain(rules, "web_chat", Register::Formal, occasion);
        let manner = crate::Manner { person: Some("คุณสมชาย".into()), ..plain };
        assert_eq!(manner.say(crate::Saying::Greeting).as_deref(), Some(greeting));
        assert_eq!(manner.say(crate::Saying::Apology).as_deref(), Some(apology));
    }
}

#[test]
fn registers() {
    let rules = Cultures::shipped().rules("de-DE");
    let chat = Contact { customer_says: Some(Register::Informal), ..Contact::unknown("web_chat") };
    let found = rules.register(&chat).unwrap();
    assert_eq!((found.register, found.rule.as_str()), (Register::Informal, "de-DE/register.mirrored"));
    let letter = Contact { channel: "email", ..chat };
    assert_eq!(rules.register(&letter).unwrap().register, Register::Formal);
}
