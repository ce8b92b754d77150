//! The words that all the world writes: they speak for no language.

/// Sorted, for a binary search.
const EVERYWHERE: &[&str] = &[
    "adidas", "airpods", "alipay", "amazon", "amex", "android", "app", "apple", "asap", "bot", "bye", "chat", "chatgpt",
    "cm", "cod", "covid", "dhl", "dpd", "ebay", "email", "eur", "facebook", "faq", "fedex", "gb", "gls", "gmail", "google",
    "gopro", "gps", "gucci", "haha", "hahah", "hahaha", "hermes", "hm", "hmm", "hotmail", "hp", "ikea", "instagram", "ios",
    "ipad", "iphone", "kg", "klarna", "lego", "lenovo", "lol", "mastercard", "max", "mini", "nike", "ok", "okok", "omg",
    "online", "paypal", "pc", "pdf", "playstation", "plus", "pro", "ps", "puma", "qr", "samsung", "shein", "shopify", "sku",
    "sms", "sony", "temu", "tiktok", "tv", "ups", "usb", "usd", "usps", "vip", "visa", "wa", "web", "whatsapp", "wifi",
    "wow", "xbox", "xiaomi", "xl", "xs", "xxl", "xxs", "youtube", "zalando", "zara",
];

/// Whether a word says nothing about its language.
pub(super) fn is_everywhere(word: &[char]) -> bool {
    let compare = |known: &&str| known.chars().cmp(word.iter().copied());
    EVERYWHERE.binary_search_by(compare).is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorted() {
        assert!(super::EVERYWHERE.is_sorted());
    }
}
