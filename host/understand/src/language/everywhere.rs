//! The words that all the world writes: names, which speak for no language, and interjections, which hardly do.

/// Shops, carriers, things and units. Sorted, for a binary search.
const NAMES: &[&str] = &[
    "adidas",
    "airpods",
    "alipay",
    "amazon",
    "amex",
    "android",
    "app",
    "apple",
    "bot",
    "chat",
    "chatgpt",
    "cm",
    "cod",
    "covid",
    "dhl",
    "dpd",
    "ebay",
    "email",
    "eur",
    "facebook",
    "faq",
    "fedex",
    "gb",
    "gls",
    "gmail",
    "google",
    "gopro",
    "gps",
    "gucci",
    "hermes",
    "hotmail",
    "hp",
    "ikea",
    "instagram",
    "ios",
    "ipad",
    "iphone",
    "kg",
    "klarna",
    "lego",
    "lenovo",
    "mastercard",
    "max",
    "mini",
    "nike",
    "online",
    "paypal",
    "pc",
    "pdf",
    "playstation",
    "plus",
    "pro",
    "ps",
    "puma",
    "qr",
    "samsung",
    "shein",
    "shopify",
    "sku",
    "sms",
    "sony",
    "temu",
    "tiktok",
    "tv",
    "ups",
    "usb",
    "usd",
    "usps",
    "vip",
    "visa",
    "wa",
    "web",
    "whatsapp",
    "wifi",
    "xbox",
    "xiaomi",
    "xl",
    "xs",
    "xxl",
    "xxs",
    "youtube",
    "zalando",
    "zara",
];

/// Sorted too.
const INTERJECTIONS: &[&str] =
    &["ah", "haha", "hahah", "hahaha", "hm", "hmm", "lol", "oh", "ok", "okay", "okey", "oki", "okok", "omg", "wow"];

/// Whether a word says nothing about its language.
pub(super) fn is_name(word: &[char]) -> bool {
    is_among(NAMES, word)
}

/// Whether a word says so little that it must not stand against anything else.
pub(super) fn is_interjection(word: &[char]) -> bool {
    is_among(INTERJECTIONS, word)
}

fn is_among(list: &[&str], word: &[char]) -> bool {
    list.binary_search_by(|known| known.chars().cmp(word.iter().copied())).is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorted() {
        assert!(super::NAMES.is_sorted());
        assert!(super::INTERJECTIONS.is_sorted());
    }
}
