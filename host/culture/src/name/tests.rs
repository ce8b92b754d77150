//! Customers of many languages, addressed.

use cuecard_model::{PersonName, Register};

use super::{Formality, NameForm, NameLength, NameOrder, NameParts, NameUsage, format_name, person};

fn name([given, family, title]: [&str; 3]) -> PersonName {
    let part = |part: &str| (!part.is_empty()).then(|| part.to_owned());
    PersonName { given: part(given), family: part(family), title: part(title) }
}

#[test]
fn addresses() {
    for (locale, parts, formal, informal) in [
        ("zh-Hans-CN", ["伟", "王", ""], "王伟", "王伟"),
        ("zh-Hans-CN", ["伟", "王", "先生"], "王先生", "王伟"),
        ("zh-TW", ["美玲", "陳", "小姐"], "陳小姐", "陳美玲"),
        ("zh-TW", ["美玲", "陳", "Ms."], "陳女士", "陳美玲"),
        ("zh-TW", ["Sara", "Weber", "Frau"], "Sara Weber", "Sara Weber"),
        ("zh-CN", ["伟", "欧阳", "博士"], "欧阳博士", "欧阳伟"),
        ("ja-JP", ["太郎", "田中", ""], "田中様", "田中さん"),
        ("ja-JP", ["太郎", "田中", "Mr"], "田中様", "田中さん"),
        ("ja", ["Sara", "Weber", ""], "Weber 様", "Weber さん"),
        ("ja", ["花子", "", ""], "花子様", "花子さん"),
        ("ko", ["민수", "김", ""], "김민수 님", "김민수 님"),
        ("ko", ["Sara", "Weber", "Ms"], "Sara Weber 님", "Sara Weber 님"),
        ("vi", ["Anh", "Nguyễn", ""], "Nguyễn Anh", "Anh"),
        ("vi", ["Lan", "Nguyễn", "Ms."], "chị Lan", "Lan"),
        ("vi", ["Lan", "Nguyễn", "Bà"], "Bà Lan", "Lan"),
        ("hu", ["Anna", "Nagy", ""], "Nagy Anna", "Anna"),
        ("hu", ["Anna", "Nagy", "Mrs"], "Nagy Anna", "Anna"),
        ("hu", ["Péter", "Nagy", "Herr"], "Nagy úr", "Péter"),
        ("en-US", ["Sara", "Weber", ""], "Sara Weber", "Sara"),
        ("en-GB", ["Sara", "Weber", "Mrs"], "Mrs Weber", "Sara"),
        ("en-GB", ["Sara", "Weber", "Mx"], "Sara Weber", "Sara"),
        ("en", ["伟", "王", ""], "王伟", "伟"),
        ("de-DE", ["Sara", "Weber", ""], "Sara Weber", "Sara"),
        ("de-DE", ["Sara", "Weber", "Dr."], "Dr. Weber", "Sara"),
        ("de-CH", ["Sara", "Weber", "Mme"], "Frau Weber", "Sara"),
        ("de-DE", ["Sara", "Weber", "博士"], "Sara Weber", "Sara"),
        ("de-DE", ["", "Weber", ""], "Weber", "Weber"),
        ("de-DE", ["Sara", "", "Frau"], "Sara", "Sara"),
        ("fr-FR", ["Sara", "Weber", "Frau"], "Madame Weber", "Sara"),
        ("es-MX", ["Sara", "López", ""], "Sara López", "Sara"),
        ("es-MX", ["Sara", "López", "Srta."], "Srta. López", "Sara"),
        ("it", ["Sara", "Rossi", "Sig.ra"], "Sig.ra Rossi", "Sara"),
        ("pt-BR", ["Sara", "Silva", "Mrs"], "Sra. Sara Silva", "Sara"),
        ("nl", ["Sara", "van den Berg", "Frau"], "mevrouw Van den Berg", "Sara"),
        ("pl", ["Anna", "Nowak", "Pani"], "Anna Nowak", "Anna"),
        ("sv", ["Anna", "Lind", "Fru"], "Anna Lind", "Anna"),
        ("ru", ["Анна", "Иванова", "г-жа"], "г-жа Иванова", "Анна"),
        ("tr", ["Ayşe", "Yılmaz", "Hanım"], "Ayşe Hanım", "Ayşe"),
        ("tr", ["Ayşe", "Yılmaz", "Dr."], "Dr. Yılmaz", "Ayşe"),
        ("tr", ["Ayşe", "", "Ms"], "Ayşe Hanım", "Ayşe"),
        ("tr", ["", "Yılmaz", "Ms"], "Yılmaz", "Yılmaz"),
        ("de-DE", ["", "Weber", "Frau"], "Frau Weber", "Weber"),
        ("hu", ["Péter", "", "Mr"], "Péter", "Péter"),
        ("id", ["Budi", "", "Pak"], "Pak Budi", "Budi"),
        ("id", ["Budi", "Santoso", "Mr."], "Bapak Budi", "Budi"),
        ("th", ["สมชาย", "ใจดี", ""], "คุณสมชาย", "คุณสมชาย"),
        ("th", ["Sara", "Weber", "Ms"], "คุณ Sara", "คุณ Sara"),
        ("hi", ["ललित", "शर्मा", ""], "ललित शर्मा जी", "ललित"),
        ("hi", ["ललित", "शर्मा", "Mr"], "श्री शर्मा", "ललित"),
        ("ar", ["سارة", "حداد", ""], "سارة حداد", "سارة"),
        ("ar", ["سارة", "حداد", "Ms"], "السيدة سارة حداد", "سارة"),
        ("ar-SA", ["Sara", "Haddad", ""], "Sara Haddad", "Sara"),
        ("zh-HK", ["大文", "陳", "Mr"], "陳先生", "陳大文"),
        ("en-IN", ["Lalit", "Sharma", ""], "Lalit Sharma", "Lalit"),
        ("es-AR", ["Juan", "Pérez", "Don"], "Sr. Pérez", "Juan"),
        ("fr-CA", ["Luc", "Roy", "M."], "M. Roy", "Luc"),
        ("pt-PT", ["Inês", "Costa", ""], "Inês Costa", "Inês"),
        ("ar-EG", ["سامي", "حداد", "السيد"], "السيد سامي حداد", "سامي"),
        ("he-IL", ["נועה", "כהן", "גברת"], "נועה כהן", "נועה"),
        ("nonsense!", ["Sara", "Weber", ""], "Sara Weber", "Sara"),
        ("en", [" Sara ", "  ", ""], "Sara", "Sara"),
    ] {
        let name = name(parts);
        assert_eq!(person(&name, locale, Register::Formal).as_deref(), Some(formal), "{locale} formal {name:?}");
        assert_eq!(person(&name, locale, Register::Informal).as_deref(), Some(informal), "{locale} informal {name:?}");
    }
    assert_eq!(person(&name(["", " ", "Dr."]), "en", Register::Formal), None);
}

const LONG: NameForm = NameForm {
    order: None,
    length: NameLength::Long,
    usage: NameUsage::Referring,
    formality: Formality::Formal,
    surname_all_caps: false,
};

#[test]
fn the_own_locale_decides_the_order() {
    for (locale, given, surname, from, expected) in [
        ("ja", "駿", "宮崎", Some("ja"), "宮崎駿"),
        ("ja", "駿", "宮崎", None, "宮崎駿"),
        ("ja", "アルベルト", "アインシュタイン", Some("de-CH"), "アルベルト・アインシュタイン"),
        ("ja", "Albert", "Einstein", Some("de-CH"), "Albert Einstein"),
        ("ja", "Hayao", "Miyazaki", Some("ja"), "Miyazaki Hayao"),
        ("de", "駿", "宮崎", Some("ja"), "宮崎駿"),
        ("zh", "阿尔伯特", "爱因斯坦", Some("de"), "阿尔伯特·爱因斯坦"),
        ("zh-Hant", "偉", "王", Some("zh-TW"), "王偉"),
        ("zh", "駿", "宮崎", Some("ja"), "宮崎駿"),
        ("ko", "민수", "김", Some("ko-KR"), "김민수"),
        ("ko", "알베르트", "아인슈타인", Some("de"), "알베르트 아인슈타인"),
        ("hu", "Anna", "Nagy", Some("hu"), "Nagy Anna"),
        ("hu", "Sara", "Weber", Some("de"), "Sara Weber"),
        ("de", "Anna", "Nagy", Some("hu"), "Anna Nagy"),
        ("vi", "Lan", "Nguyễn", Some("vi"), "Nguyễn Lan"),
        ("en", "Lan", "Nguyễn", Some("vi"), "Nguyễn Lan"),
        ("hi", "Олена", "Шевченко", Some("uk"), "Олена Шевченко"),
        ("en", "12", "34", None, "12 34"),
    ] {
        let name = NameParts { given: Some(given), surname: Some(surname), locale: from, ..NameParts::default() };
        assert_eq!(format_name(&name, locale, LONG), expected, "{given} {surname} from {from:?} for {locale}");
    }
}

#[test]
fn forms() {
    let name = NameParts {
        title: Some("Dr."),
        given: Some("Johannes Maria"),
        given_informal: Some("Jan"),
        surname_prefix: Some("van den"),
        surname_core: Some("Berg"),
        generation: Some("jr."),
        locale: Some("nl"),
        ..NameParts::default()
    };
    let sorting = NameForm { order: Some(NameOrder::Sorting), ..LONG };
    let caps = NameForm { order: Some(NameOrder::SurnameFirst), surname_all_caps: true, ..LONG };
    let monogram = NameForm { usage: NameUsage::Monogram, ..LONG };
    for (locale, form, expected) in [
        ("nl", LONG, "Dr. Johannes Maria van den Berg jr."),
        ("nl", sorting, "Berg, Johannes Maria van den"),
        ("en", NameForm { length: NameLength::Short, ..LONG }, "J.M. van den Berg"),
        ("en", NameForm { formality: Formality::Informal, ..LONG }, "Jan van den Berg"),
        ("en", NameForm { length: NameLength::Short, ..sorting }, "Berg, J.M. van den"),
        ("en", caps, "VAN DEN BERG Dr. Johannes Maria jr."),
        ("en", monogram, "JV"),
    ] {
        assert_eq!(format_name(&name, locale, form), expected, "{locale} {form:?}");
    }
    assert_eq!(format_name(&NameParts::default(), "en", LONG), "");
}
