//! Telephone numbers and postal addresses in all thirty locales, beside `golden/contact.txt` for people to judge: each
//! country's own address for a reader at home, and one from abroad.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy.toml covers test functions alone")]

use std::{env, fmt::Write as _, fs, path::Path};

use cuecard_culture::{Catalog, PostalAddress, Setting, postal_line, postal_lines};
use cuecard_model::{Fields, Register, Timestamp};

/// Locale; telephone; name; street; district; city; region; postal code. Public buildings and numbers of examples.
const PLACES: &str = "\
en-US|+12025550143|Sarah Miller|350 Fifth Avenue||New York|NY|10118
en-GB|+442079460018|Sarah Clarke|221B Baker Street||London||NW1 6XE
en-IN|+917410410123|Asha Rao|12 MG Road||Bengaluru|Karnataka|560001
es-ES|+34612345678|Lucía López|Calle de Alcalá 50||Madrid||28014
es-MX|+525512345678|Lucía Hernández|Av. Juárez 10|Centro|Ciudad de México|CDMX|06050
es-AR|+5491123456789|Lucía Fernández|Av. Corrientes 1200||Buenos Aires||C1043
zh-CN|+8613812345678|王伟|中关村大街1号|海淀区|北京市||100080
zh-TW|+886912345678|陳美玲|信義路五段7號||信義區|台北市|110
zh-HK|+85251234567|黃家明|彌敦道1號||尖沙咀|九龍|
ja-JP|+819012345678|田中 太郎|千代田区千代田1-1|||東京都|100-0001
ko-KR|+821012345678|김민수|세종대로 110||중구|서울특별시|04524
de-DE|+4930123456|Sara Weber|Unter den Linden 1||Berlin||10117
de-CH|+41446681800|Sara Weber|Bahnhofstrasse 1||Zürich||8001
fr-FR|+33123456789|Camille Martin|5 avenue Anatole-France||Paris||75007
fr-CA|+15142345678|Camille Tremblay|1000, rue Sherbrooke||Montréal|QC|H3A 3G4
pt-BR|+5511961234567|Ana Silva|Av. Paulista, 1578|Bela Vista|São Paulo|SP|01310-200
pt-PT|+351212345678|Ana Santos|Rua Augusta 24||Lisboa||1100-053
it-IT|+390612345678|Giulia Rossi|Via del Corso 10||Roma|RM|00186
nl-NL|+31612345678|Emma de Vries|Damrak 1||Amsterdam||1012 LG
pl-PL|+48512345678|Anna Nowak|ul. Nowy Świat 15||Warszawa||00-029
ru-RU|+79123456789|Анна Иванова|ул. Тверская, д. 1||Москва||125009
tr-TR|+905012345678|Ayşe Yılmaz|İstiklal Caddesi No: 10|Beyoğlu|Beyoğlu|İstanbul|34430
ar-SA|+966512345678|سارة العتيبي|شارع العليا 10||الرياض||12211
ar-EG|+201001234567|سارة حداد|١٠ شارع طلعت حرب||وسط البلد|القاهرة|11511
he-IL|+972502345678|נועה כהן|דיזנגוף 50||תל אביב||6433222
hi-IN|+918123456789|आशा शर्मा|12 महात्मा गांधी मार्ग||नई दिल्ली|दिल्ली|110001
id-ID|+6281234567890|Siti Rahayu|Jl. M.H. Thamrin No. 1||Jakarta Pusat|DKI Jakarta|10310
th-TH|+66812345678|สมหญิง ใจดี|1 ถนนสีลม|แขวงสีลม|เขตบางรัก|กรุงเทพมหานคร|10500
vi-VN|+84912345678|Nguyễn Anh|1 Tràng Tiền||Hoàn Kiếm|Hà Nội|11000
sv-SE|+46701234567|Anna Lindberg|Drottninggatan 1||Stockholm||111 51";

/// What a shop elsewhere has: another country's number and place, the country told by an argument.
const ABROAD: &str =
    "us: {$us :phone}, {|350 Fifth Avenue| :postal city=|New York| region=NY postcode=10118 country=US}";
const HOME: &str = "{$phone :phone} | {$phone :phone style=international}
{$street :postal name=$name district=$district city=$city region=$region postcode=$postcode layout=lines}
{$street :postal district=$district city=$city region=$region postcode=$postcode}";

#[test]
fn thirty_countries() {
    let mut found = String::new();
    for place in PLACES.lines() {
        let [locale, phone, name, street, district, city, region, postcode] = place.split('|').collect::<Vec<_>>()[..]
        else {
            panic!("{place}")
        };
        let message = format!("{HOME}\n{ABROAD}");
        let file = serde_json::json!({ "contact": message }).to_string();
        let catalog = Catalog::parse([(locale, file.as_str())]).unwrap();
        let fields = [
            ("phone", phone),
            ("name", name),
            ("street", street),
            ("district", district),
            ("city", city),
            ("region", region),
            ("postcode", postcode),
            ("us", "+12125550100"),
        ];
        let arguments: Fields = fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let setting = Setting {
            locale: locale.into(),
            default_locale: "none".into(),
            time_zone: None,
            now: Timestamp::from_seconds(0),
            register: Register::Formal,
            name: None,
            manner: None,
        };
        let rendered = catalog.render("contact", &arguments, &setting).unwrap();
        assert_eq!(rendered.missing, [""; 0], "{locale}");
        // Isolates are shown: a number's groups must not be turned round within a text that runs from right to left.
        let text = rendered.text.replace('\u{2068}', "<").replace('\u{2069}', ">");
        writeln!(found, "{locale}\n{text}\n").unwrap();
    }
    compare("contact.txt", &found);
}

#[test]
fn parts_that_are_not_there_leave_no_holes() {
    let address = |country, street, city, region, postcode| {
        postal_lines(&PostalAddress { street, city, region, postcode, country, ..PostalAddress::default() }).join(" / ")
    };
    for (found, expected) in [
        (address("US", "1 Main St", "", "NY", "10118"), "1 Main St / NY 10118"),
        (address("US", "1 Main St", "Albany", "", ""), "1 Main St / Albany"),
        (address("us", "", "", "", "10118"), "10118"),
        (address("CH", "Bahnhofstrasse 1", "Zürich", "", ""), "Bahnhofstrasse 1 / Zürich"),
        (address("JP", "千代田区", "", "東京都", ""), "東京都 / 千代田区"),
        (address("JP", "1-1 Chiyoda", "", "Tokyo", "100-0001"), "1-1 Chiyoda, Tokyo / 100-0001"),
        (address("??", "1 Main St", "Town", "", ""), "1 Main St / Town"),
        (address("DE", "Weg 1\nHinterhaus", "Berlin", "", "10117"), "Weg 1 / Hinterhaus / 10117 Berlin"),
    ] {
        assert_eq!(found, expected);
    }
    assert_eq!(postal_line(&PostalAddress::default()), "");
}

fn compare(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), found, "UPDATE_GOLDEN=1 writes {name}");
}
