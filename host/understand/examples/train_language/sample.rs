//! Messages to learn from: mostly short, and with English shop words in every language. Owns their mixture.

use std::{collections::HashMap, path::Path};

use crate::{
    random::Random,
    script::Script,
    source::{self, Language},
    taught, typing,
};

/// English words and names that messages in all languages contain; they must come to tell nothing much.
const GUESTS: &str = "product damaged replace available call pickup number customer care complaint help payment double charge wait \
    order refund tracking delivery email code app sms link pdf chat online shop store size return status \
    cancel account login update stock item sale black friday pro max mini plus ultra air iphone galaxy samsung apple nike \
    adidas zara ikea amazon ebay paypal visa mastercard klarna dhl ups fedex usb bluetooth wifi laptop smartphone sneaker \
    hoodie top jeans gift voucher cashback feedback reset checkout express premium xl xxl sony lego philips bosch dyson \
    puma gucci levis canon nikon xiaomi huawei lenovo asus shein temu zalando shopify instagram facebook whatsapp tiktok";

/// The scripts that several taught languages share.
const SCRIPTS: [Script; 4] = [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Han];

pub(crate) struct Source {
    languages: HashMap<(usize, &'static str), Language>,
    guests: Vec<&'static str>,
}

impl Source {
    pub(crate) fn read(folder: &Path, chats: &Path, plugins: &Path) -> Self {
        let mut languages = HashMap::new();
        let examples = source::read_examples(plugins);
        for (at, script) in SCRIPTS.into_iter().enumerate() {
            for tag in taught::languages(script) {
                let mut language = source::read_language(folder, script, tag);
                source::add_chat(&mut language, chats, &examples, script, tag);
                languages.insert((at, *tag), language);
            }
        }
        Self { languages, guests: GUESTS.split_whitespace().collect() }
    }

    /// A message in a language, as people type it.
    pub(crate) fn message(&self, script: Script, tag: &str, random: &mut Random) -> String {
        let at = SCRIPTS.iter().position(|known| *known == script).expect("a taught script");
        let language = self.languages.iter().find(|(key, _)| key.0 == at && key.1 == tag).expect("a taught language").1;
        let mut words = self.words(language, tag, random);
        if script == Script::Latin {
            self.invite_guests(&mut words, tag, random);
            typing::type_like_people(&mut words, tag, random);
        }
        words.join(if script == Script::Han { "" } else { " " })
    }

    fn words(&self, language: &Language, tag: &str, random: &mut Random) -> Vec<String> {
        let share = random.share();
        if !language.phrases.is_empty() && share < 0.35 {
            let mut words = language.phrase(random).to_vec();
            if random.chance(0.3) {
                words.extend(language.phrase(random).iter().cloned());
            }
            return words;
        }
        let long = [1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10][random.below(16)];
        if !language.sentences.is_empty() && share < 0.6 {
            let sentence = &language.sentences[random.below(language.sentences.len())];
            let start = random.below(sentence.len());
            return sentence.iter().skip(start).take(long).cloned().collect();
        }
        let mut words: Vec<String> = (0..long).map(|_| language.word(random).to_owned()).collect();
        typing::join_clitics(&mut words, tag);
        words
    }

    fn invite_guests(&self, words: &mut Vec<String>, tag: &str, random: &mut Random) {
        // Hindi in Latin letters is half English nouns; its verbs and small words tell.
        let (share, most) = if tag == "hi" { (0.5, 3) } else { (0.15, 2) };
        if words.len() < 2 || !random.chance(share) {
            return;
        }
        for _ in 0..1 + random.below(most) {
            let place = random.below(words.len() + 1);
            words.insert(place, self.guests[random.below(self.guests.len())].to_owned());
        }
    }
}
