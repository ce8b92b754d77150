use cuecard_model::{Customer, Timestamp};

use super::*;

fn detected(text: &str, said: &[&str], locale: Option<&str>, languages: &[&str]) -> DetectedLanguage {
    let customer = Customer { locale: locale.map(str::to_owned), ..Customer::unknown("u".into()) };
    let languages: Vec<_> = languages.iter().map(|tag| (*tag).to_owned()).collect();
    let input = Input {
        text,
        history: &[],
        customer: &customer,
        events: &[],
        now: Timestamp::default(),
        languages: &languages,
        voice: None,
    };
    let past: Vec<_> = said.iter().rev().map(|text| Reading::of(text)).collect();
    detect(&Reading::of(text), &past, &input)
}

#[test]
fn whole_messages() {
    let mut wrong = Vec::new();
    for (text, tag) in [
        ("Where is my order? It should have been here on Monday", "en"),
        ("wheres my pkg", "en"),
        ("I WANT MY MONEY BACK", "en"),
        ("¿Dónde está mi pedido?", "es"),
        ("¿Y?", "es"),
        ("mi paquete no llega", "es"),
        ("quiero devolver la chaqueta", "es"),
        ("Meu pedido ainda não chegou", "pt"),
        ("cadê minha encomenda", "pt"),
        ("Où est ma commande ?", "fr"),
        ("jai toujours pas recu mon colis", "fr"),
        ("Wo bleibt mein Paket?", "de"),
        ("ich möchte die schuhe zurückgeben", "de"),
        ("Dov'è il mio pacco?", "it"),
        ("il rimborso non è ancora arrivato", "it"),
        ("Waar blijft mijn bestelling?", "nl"),
        ("Var är mitt paket?", "sv"),
        ("siparişim nerede", "tr"),
        ("pesanan saya belum sampai", "id"),
        ("đơn hàng của tôi đâu rồi", "vi"),
        ("gdzie jest moja paczka", "pl"),
        ("mera order kab aayega", "hi"),
        ("订单还没到，我要退货！", "zh-Hans"),
        ("快递怎么还没到", "zh-Hans"),
        ("訂單還沒到，我要退貨！", "zh-Hant"),
        ("請問什麼時候出貨", "zh-Hant"),
        ("我想买 iPhone 15 Pro Max 可以吗", "zh-Hans"),
        ("注文した商品がまだ届きません", "ja"),
        ("返品したいです", "ja"),
        ("주문한 상품이 언제 오나요?", "ko"),
        ("أين طلبي؟", "ar"),
        ("مرسوله من کجاست؟ چرا نرسید", "fa"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
        ("Где мой заказ?", "ru"),
        ("Де моє замовлення? ще не прийшло", "uk"),
        ("де моя посилка", "uk"),
        ("где моя посылка", "ru"),
        ("къде е моята поръчка", "bg"),
        ("ของยังไม่ถึงเลย", "th"),
        ("איפה ההזמנה שלי", "he"),
        ("πού είναι η παραγγελία μου", "el"),
        ("The 京东 order has not arrived and I want my money back", "en"),
    ] {
        let found = detected(text, &[], None, &[]);
        if found.tag != tag || found.confidence < 0.5 {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_tells_nothing_leaves_the_language_alone() {
    for text in
        ["ok", "👍", "10023", "#A-4711", "https://shop.example/where-is-the-order", "me@shop.example", "???", "", "M"]
    {
        let alone = detected(text, &[], None, &[]);
        assert!(alone.confidence < 0.5 && (text == "ok" || alone.tag == "und"), "{text}: {alone:?}");
        assert_eq!(detected(text, &["快递怎么还没到"], Some("en-US"), &["en"]).tag, "zh-Hans", "{text}");
        assert_eq!(detected(text, &[], Some("pt-BR"), &["en"]).tag, "pt", "{text}");
        assert_eq!(detected(text, &[], None, &["es"]).tag, "es", "{text}");
    }
}

/// In every language of the twelve, after one message in it.
#[test]
fn short_messages_do_not_flip_the_language() {
    let mut wrong = Vec::new();
    for (tag, said) in [
        ("en", "where is my order"),
        ("es", "mi paquete no llega"),
        ("zh-Hans", "请问什么时候发货"),
        ("zh-Hant", "請問什麼時候出貨"),
        ("de", "wo bleibt mein paket"),
        ("fr", "où est mon colis"),
        ("pt", "cadê minha encomenda"),
        ("ja", "注文した商品がまだ届きません"),
        ("ko", "주문한 상품이 언제 오나요?"),
        ("ar", "أين طلبي؟"),
        ("hi", "मेरा ऑर्डर कहाँ है"),
        ("hi", "mera order kab aayega"),
        ("id", "pesanan saya belum sampai"),
        ("th", "ของยังไม่ถึงเลย"),
        ("it", "il rimborso non è ancora arrivato"),
        ("ru", "где моя посылка"),
    ] {
        for text in [
            "ok",
            "OK!",
            "👍",
            "😡😡",
            "10023",
            "AB-48213",
            "no",
            "si",
            "Zalando",
            "DHL Express",
            "iPhone 15 Pro Max",
            "Nike Air Max 90",
            "Birkenstock",
            "Uniqlo",
            "Samsung Galaxy Watch 6",
            "xl",
            "M",
            "Visa",
            "lol",
            "hmm",
            "max.m@shop.example",
            "https://shop.example/p/9",
            "PS5",
            "Dyson V15",
            "ok ok",
        ] {
            let found = detected(text, &[said], None, &[]);
            if found.tag != tag {
                wrong.push(format!("{said} / {text}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn short_messages_follow_what_is_known_beforehand() {
    for (text, said, locale, tag) in [
        ("no", "Wo bleibt mein Paket?", Some("de-DE"), "de"),
        ("ok super", "où est mon colis", None, "fr"),
        ("好的", "請問什麼時候出貨", None, "zh-Hant"),
        ("可以", "", Some("zh-TW"), "zh-Hant"),
        ("可以", "", Some("zh-CN"), "zh-Hans"),
        ("返品", "", Some("ja-JP"), "ja"),
        ("no", "", Some("it-IT"), "it"),
    ] {
        assert_eq!(detected(text, &[said], locale, &[]).tag, tag, "{text}");
    }
}

#[test]
fn the_conversation_outweighs_locale_and_merchant() {
    assert_eq!(detected("no", &["wo bleibt mein paket"], Some("es-ES"), &["es", "en"]).tag, "de");
    assert_eq!(detected("no", &[], Some("it-IT"), &["es", "en"]).tag, "it");
    assert_eq!(detected("hola", &[], Some("en-US"), &["en", "es"]).tag, "es");
}

#[test]
fn a_language_that_we_do_not_know_is_taken_from_the_locale() {
    assert_eq!(detected("ok", &[], Some("sw-KE"), &[]).tag, "sw");
}

#[test]
fn what_a_message_says_alone_is_a_plain_value() {
    fn plain<T: Copy + Send + Sync + 'static>() {}
    plain::<Alone>();
    let alone = Alone::of("mi paquete no llega");
    let shares: Vec<f32> = alone.candidates().iter().map(|(_, share)| *share).collect();
    assert!(shares.is_sorted_by(|a, b| a >= b) && shares.iter().map(|share| share.exp()).sum::<f32>() <= 1.001);
    assert!(alone.others() < -5.0);
}

#[test]
fn a_clear_message_changes_the_language() {
    let found = detected("sorry, can we continue in English please", &["mi paquete no llega"], Some("es-ES"), &["es"]);
    assert_eq!(found.tag, "en");
    assert_eq!(detected("mejor en español por favor", &["where is my order"], Some("en-US"), &["en"]).tag, "es");
}

#[test]
fn locales() {
    for (locale, tag) in [
        ("zh-CN", Some("zh-Hans")),
        ("zh-Hant-HK", Some("zh-Hant")),
        ("zh_TW", Some("zh-Hant")),
        ("zh-Hans-TW", Some("zh-Hans")),
        ("pt-BR", Some("pt")),
        ("und", None),
        ("", None),
        ("!!", None),
    ] {
        assert_eq!(tag_of_locale(locale).as_deref(), tag, "{locale}");
    }
}
