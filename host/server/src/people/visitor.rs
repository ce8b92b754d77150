//! Where a request comes from: its address, whether its line is private, which cookie it carries, and whether our own
//! page sent it. Reads headers, and knows no people.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, Uri, header};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The two ends of the connection, as the accept loop saw them.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Whoever connected.
    pub peer: SocketAddr,
    /// Where they connected to.
    pub local: SocketAddr,
}

/// The visitor's address. A proxy's word for it counts only if the operator has named the proxy.
pub fn address(ends: Option<&Ends>, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let peer = ends.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ends| ends.peer.ip().to_canonical());
    if !proxies.contains(&peer) {
        return peer;
    }
    // Each proxy adds the address it saw at the end; what stands before our own proxies' words anybody may have written.
    let listed = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let listed: Vec<IpAddr> =
        listed.flat_map(|value| value.split(',')).map_while(|one| one.trim().parse().ok()).collect();
    listed.iter().rev().map(IpAddr::to_canonical).find(|address| !proxies.contains(address)).unwrap_or(peer)
}

/// The cookie's name. A browser takes `__Host-` only over TLS, so it is left out on a loopback line without it. A proxy
/// on this machine that ends TLS says so by `X-Forwarded-Proto`; who forges that gets the stricter cookie.
pub fn cookie_name(ends: Option<&Ends>, headers: &HeaderMap) -> &'static str {
    let is_loopback = |address: SocketAddr| address.ip().to_canonical().is_loopback();
    let is_private = ends.is_some_and(|ends| is_loopback(ends.peer) && is_loopback(ends.local));
    let is_tls = headers.get(FORWARDED_PROTO).is_some_and(|proto| proto.as_bytes() == b"https");
    if is_private && !is_tls { "cuecard" } else { "__Host-cuecard" }
}

/// The header that sets the cookie, or takes it away if the token is empty.
pub fn set_cookie(name: &str, token: &str, seconds: i64) -> String {
    set("Strict", name, token, seconds)
}

/// The same for a cookie that comes along when a link or a redirect of another site leads here.
pub fn set_lax_cookie(name: &str, value: &str, seconds: i64) -> String {
    set("Lax", name, value, seconds)
}

fn set(same_site: &str, name: &str, value: &str, seconds: i64) -> String {
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={seconds}{secure}")
}

/// The cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next()
}

/// Whether a page of ours sent the request: `None` if nothing says so or otherwise, as with clients that are no browser.
/// Where both `Sec-Fetch-Site` and `Origin` are sent, both must agree.
pub fn same_origin(headers: &HeaderMap, uri: &Uri) -> Option<bool> {
    let site = headers.get(FETCH_SITE).map(|site| site.as_bytes() == b"same-origin");
    let origin = headers.get(header::ORIGIN).map(|origin| {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, origin)| origin);
        origin.zip(host).is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
    });
    match (site, origin) {
        (None, None) => None,
        (site, origin) => Some(site.unwrap_or(true) && origin.unwrap_or(true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        pairs.collect()
    }

    fn ends(peer: &str, local: &str) -> Ends {
        Ends { peer: peer.parse().unwrap(), local: local.parse().unwrap() }
    }

    #[test]
    fn our_own_pages_are_told_from_others() {
        let uri: Uri = "/v1/session".parse().unwrap();
        for (pairs, expected) in [
            (&[("host", "desk.example")][..], None),
            (&[("host", "desk.example"), ("origin", "https://desk.example")], Some(true)),
            (&[("host", "desk.example"), ("origin", "https://DESK.example")], Some(true)),
            (&[("host", "desk.example"), ("origin", "https://desk.example:8443")], Some(false)),
            (&[("host", "desk.example"), ("origin", "https://evil.example")], Some(false)),
            (&[("host", "desk.example"), ("origin", "null")], Some(false)),
            (&[("sec-fetch-site", "same-origin")], Some(true)),
            (&[("sec-fetch-site", "same-site")], Some(false)),
            (&[("sec-fetch-site", "none")], Some(false)),
            (&[("sec-fetch-site", "same-origin"), ("host", "a"), ("origin", "https://b")], Some(false)),
        ] {
            assert_eq!(same_origin(&headers(pairs), &uri), expected, "{pairs:?}");
        }
    }

    #[test]
    fn the_cookie_is_strict_except_on_a_private_line() {
        for (ends, pairs, expected) in [
            (Some(ends("127.0.0.1:5", "127.0.0.1:6")), &[][..], "cuecard"),
            (Some(ends("[::1]:5", "[::1]:6")), &[], "cuecard"),
            (Some(ends("127.0.0.1:5", "127.0.0.1:6")), &[("x-forwarded-proto", "https")], "__Host-cuecard"),
            (Some(ends("192.0.2.1:5", "192.0.2.2:6")), &[], "__Host-cuecard"),
            (Some(ends("192.0.2.1:5", "192.0.2.2:6")), &[("x-forwarded-proto", "http")], "__Host-cuecard"),
            (None, &[], "__Host-cuecard"),
        ] {
            assert_eq!(cookie_name(ends.as_ref(), &headers(pairs)), expected, "{ends:?} {pairs:?}");
        }
        let set = set_cookie("__Host-cuecard", "t", 9);
        assert_eq!(set, "__Host-cuecard=t; Path=/; HttpOnly; SameSite=Strict; Max-Age=9; Secure");
        assert!(!set_cookie("cuecard", "t", 9).contains("Secure"));
        let lax = set_lax_cookie("__Host-cuecard-oidc", "t", 9);
        assert_eq!(lax, "__Host-cuecard-oidc=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=9; Secure");
        assert_eq!(cookie(&headers(&[("cookie", "a=b; cuecard=x=y; cuecard=z")]), "cuecard"), Some("x=y"));
        assert_eq!(cookie(&headers(&[("cookie", "a=b; not-cuecard=x")]), "cuecard"), None);
    }

    #[test]
    fn only_named_proxies_are_believed() {
        let proxies = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let listed = headers(&[("x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.0.0.2")]);
        for (peer, expected) in
            [("10.0.0.1:5", "192.0.2.7"), ("[::ffff:10.0.0.1]:5", "192.0.2.7"), ("192.0.2.9:5", "192.0.2.9")]
        {
            let ends = ends(peer, "10.0.0.9:80");
            assert_eq!(address(Some(&ends), &listed, &proxies).to_string(), expected, "{peer}");
        }
    }
}
