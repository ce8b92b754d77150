use cuecard_model::{Customer, Emotion, EmotionLabel, Message, Role, Timestamp, Trend, Voice};

use super::*;
use crate::Input;
use EmotionLabel::{Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy, Neutral};

fn felt(text: &str, said: &[&str]) -> Emotion {
    heard(text, said, None)
}

fn heard(text: &str, said: &[&str], voice: Option<Voice>) -> Emotion {
    let history: Vec<_> = said.iter().map(|text| by_customer(text, Timestamp::default())).collect();
    at(Timestamp::default(), text, &history, voice)
}

fn by_customer(text: &str, at: Timestamp) -> Message {
    Message { role: Role::Customer, text: text.to_owned(), at }
}

fn at(now: Timestamp, text: &str, history: &[Message], voice: Option<Voice>) -> Emotion {
    let theirs = history.iter().rev().filter(|message| message.role == Role::Customer);
    let past: Vec<_> = theirs.map(|message| Reading::of(&message.text)).collect();
    let customer = Customer::unknown("u-1".into());
    detect(
        &Reading::of(text),
        &past,
        &Input { events: &[], text, history, customer: &customer, now, languages: &[], voice },
    )
}

#[test]
fn single_messages() {
    let mut wrong = Vec::new();
    for (_, text, label) in [
        ("en", "Hi, where is my order 10023?", Neutral),
        ("en", "The zip on the jacket is broken, can I get a replacement?", Neutral),
        ("en", "No problem, there is no rush", Neutral),
        ("en", "I'm not angry, just asking", Neutral),
        ("en", "no thanks, DHL is fine", Neutral),
        ("en", "this is UNACCEPTABLE, you are thieves!!!", Angry),
        ("en", "worst company ever, I will call my lawyer", Angry),
        ("en", "thanks for nothing", Angry),
        ("en", "I am still waiting, this is the third time I ask", Frustrated),
        ("en", "WHERE IS MY ORDER???", Frustrated),
        ("en", "so frustrating 😤", Frustrated),
        ("en", "I'm really disappointed with the quality", Disappointed),
        ("en", "I am not happy with it", Disappointed),
        ("en", "I'm worried it won't arrive in time for the wedding", Anxious),
        ("en", "I don't understand how the return works", Confused),
        ("en", "Thank you so much for your help!", Grateful),
        ("en", "I love it, it's perfect 😍", Happy),
        ("es", "¿Dónde está mi pedido?", Neutral),
        ("es", "buenas tardes, quería cambiar la talla", Neutral),
        ("es", "Sois unos ladrones, voy a denunciar", Angry),
        ("es", "llevo semanas esperando y nadie responde", Frustrated),
        ("es", "estoy muy decepcionada con la calidad", Disappointed),
        ("es", "estoy preocupada, lo necesito para el sábado", Anxious),
        ("es", "no entiendo cómo se devuelve", Confused),
        ("es", "¡muchas gracias por tu ayuda!", Grateful),
        ("es", "me encanta, es precioso", Happy),
        ("zh-Hans", "请问我的快递到哪里了？", Neutral),
        ("zh-Hans", "收到的杯子碎了，怎么换？", Neutral),
        ("zh-Hans", "没关系，不着急", Neutral),
        ("zh-Hans", "你们就是骗子！我要投诉！", Angry),
        ("zh-Hans", "太慢了！！", Frustrated),
        ("zh-Hans", "物流太慢了！", Frustrated),
        ("zh-Hans", "我想退货，请帮忙取消订单！", Neutral),
        ("zh-Hans", "订单还没到，什么时候发货", Neutral),
        ("de", "Viel zu langsam!!", Frustrated),
        ("ja", "遅すぎる！！", Frustrated),
        ("en", "Hi! My kettle is broken, can I return it?", Neutral),
        ("zh-Hans", "等了好久了，怎么还没发货", Frustrated),
        ("zh-Hans", "质量太差了，很失望", Disappointed),
        ("zh-Hans", "不太满意", Disappointed),
        ("zh-Hans", "很担心赶不上生日，能快点吗", Anxious),
        ("zh-Hans", "看不懂怎么操作", Confused),
        ("zh-Hans", "非常感谢您的帮助", Grateful),
        ("zh-Hans", "太好看了，很喜欢", Happy),
        ("zh-Hant", "你們太過分了，我要檢舉", Angry),
        ("zh-Hant", "等了好久還沒收到", Frustrated),
        ("de", "Wo bleibt mein Paket?", Neutral),
        ("de", "Das ist eine Frechheit, ich schalte einen Anwalt ein", Angry),
        ("de", "Ich warte immer noch, schon wieder keine Antwort", Frustrated),
        ("de", "Leider bin ich enttäuscht", Disappointed),
        ("de", "Vielen Dank für die schnelle Hilfe", Grateful),
        ("fr", "c'est une arnaque, je vais porter plainte", Angry),
        ("fr", "personne ne répond, j'en ai marre", Frustrated),
        ("fr", "je suis très déçue", Disappointed),
        ("fr", "merci beaucoup", Grateful),
        ("pt", "vou acionar o procon, que vergonha", Angry),
        ("pt", "ninguém responde, já falei mil vezes", Frustrated),
        ("pt", "muito obrigada!", Grateful),
        ("it", "siete dei truffatori", Angry),
        ("it", "sono molto delusa", Disappointed),
        ("ja", "最悪です。二度と買いません", Angry),
        ("ja", "何度も連絡しているのに返事がありません", Frustrated),
        ("ja", "とても残念です", Disappointed),
        ("ja", "ありがとうございます、助かりました", Grateful),
        ("ja", "注文した商品はいつ届きますか", Neutral),
        ("ko", "짜증나요 아직도 안 왔어요", Frustrated),
        ("ko", "정말 실망했어요", Disappointed),
        ("ko", "감사합니다", Grateful),
        ("ar", "انتم نصابين", Angry),
        ("ar", "شكرا جزيلا", Grateful),
        ("hi", "बहुत गुस्सा आ रहा है, धोखा है ये", Angry),
        ("hi", "kitni baar bolu, koi jawab nahi", Frustrated),
        ("ru", "Сколько можно, никто не отвечает", Frustrated),
        ("ru", "большое спасибо", Grateful),
        ("und", "😡😡😡", Angry),
        ("und", "👍", Happy),
        ("und", "", Neutral),
        ("und", "10023", Neutral),
    ] {
        let found = felt(text, &[]);
        if found.label != label || (label != Neutral && found.intensity < 0.3) {
            wrong.push(format!("{text}: {found:?}, not {label:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_was_said_before_counts() {
    let complaint = "怎么还没发货，等了好久了";
    let alone = felt("订单还没到，我要退货！", &[]);
    let after = felt("订单还没到，我要退货！", &[complaint]);
    assert!(matches!(alone.label, Neutral | Disappointed), "{alone:?}");
    assert!(matches!(after.label, Frustrated | Angry), "{after:?}");
    assert!(after.intensity > alone.intensity && after.intensity >= 0.45, "{after:?}");

    let again = felt("where is my parcel please", &["hello where is my parcel"]);
    assert!(again.intensity > felt("where is my parcel please", &["hello"]).intensity, "{again:?}");
}

#[test]
fn trends() {
    let furious = "you are thieves, this is a scam!!!";
    for (said, text, trend) in [
        (&[][..], furious, Trend::Steady),
        (&["hi, where is my order?"][..], furious, Trend::Rising),
        (&[furious][..], furious, Trend::Steady),
        (&[furious][..], "ok, thank you, that helps", Trend::Falling),
        (&["hello", "my order please"][..], "number 10023", Trend::Steady),
    ] {
        assert_eq!(felt(text, said).trend, trend, "{said:?} {text}");
    }
}

#[test]
fn louder_is_stronger() {
    for [quiet, loud] in [
        ["I am angry", "I am ANGRY and I SHOUT!!!"],
        ["this is disappointing", "this is very disappointing"],
        ["I am a bit disappointed", "I am disappointed"],
        ["thank you", "thank you!!!"],
    ] {
        assert!(felt(loud, &[]).intensity > felt(quiet, &[]).intensity, "{quiet} / {loud}");
    }
}

#[test]
fn the_weights_are_whole() {
    assert_eq!(include_bytes!("weights.bin").len(), SIZE);
}

#[test]
fn waiting_and_asking_again_wear_out() {
    let (asked, hour) = (Timestamp::from_seconds(1_000_000), 3600);
    let said = [by_customer("could you check my order 10023 please", asked)];
    let after = |hours: i64| at(Timestamp::from_seconds(1_000_000 + hours * hour), "any news on that?", &said, None);
    assert!(after(24).upset > after(1).upset, "{:?} {:?}", after(24), after(1));
    assert!(after(1).upset > after(0).upset);

    let answer = Message { role: Role::Agent, text: "I will look".into(), at: asked };
    let answered =
        at(Timestamp::from_seconds(1_000_000 + 24 * hour), "any news on that?", &[said[0].clone(), answer], None);
    assert!(answered.upset < after(24).upset, "{answered:?}");
}

#[test]
fn a_voice_counts() {
    let voice = |arousal, valence| heard("I want to return the jacket", &[], Some(Voice { arousal, valence }));
    assert_eq!(voice(0.2, 0.0).label, Neutral);
    assert!(voice(0.9, -0.8).label.is_upset(), "{:?}", voice(0.9, -0.8));
    assert!(voice(0.9, -0.8).intensity > voice(0.5, -0.8).intensity);
    assert!(voice(0.9, 0.8).upset < 0.5, "{:?}", voice(0.9, 0.8));
}

#[test]
fn the_curve_turns() {
    let furious = "you are thieves, this is a scam!!!";
    let said = ["hi, where is my order?", furious, furious, "ok, thank you, that helps"];
    let found = felt("This is a scam after all, you liars!!!", &said);
    assert_eq!(found.curve.len(), 5, "{found:?}");
    let turns: Vec<_> = found.turning_points.iter().map(|point| (point.message, point.then)).collect();
    assert!(matches!(turns.as_slice(), [(1 | 2, Trend::Falling), (3, Trend::Rising)]), "{found:?}");
    assert!(felt(furious, &[]).curve.is_empty());
}
