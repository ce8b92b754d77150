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
        ["ok", "👍", "10023", "#A-4711", "https://shop.example/where-is-the-order", "me@shop.example", "???", ""]
    {
        assert_eq!(detected(text, &[], None, &[]).tag, "und", "{text}");
        assert_eq!(detected(text, &["快递怎么还没到"], Some("en-US"), &["en"]).tag, "zh-Hans", "{text}");
        assert_eq!(detected(text, &[], Some("pt-BR"), &["en"]).tag, "pt", "{text}");
        assert_eq!(detected(text, &[], None, &["es"]).tag, "es", "{text}");
    }
}

#[test]
fn short_messages_follow_the_conversation() {
    for (text, said, locale, tag) in [
        ("Zalando", "mi paquete no llega", Some("es-ES"), "es"),
        ("iPhone 15", "请问什么时候发货", None, "zh-Hans"),
        ("no", "Wo bleibt mein Paket?", Some("de-DE"), "de"),
        ("DHL Express", "où est mon colis", None, "fr"),
        ("好的", "請問什麼時候出貨", None, "zh-Hant"),
        ("可以", "", Some("zh-TW"), "zh-Hant"),
        ("可以", "", Some("zh-CN"), "zh-Hans"),
    ] {
        assert_eq!(detected(text, &[said], locale, &[]).tag, tag, "{text}");
    }
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
