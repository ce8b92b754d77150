//! A login under way. All of it lies in a cookie of the browser that began it, and nothing here: so a restart ends no
//! login, strangers cannot fill our memory, and nobody can finish in one browser what was begun in another.
//!
//! State, nonce and PKCE's verifier follow from the cookie by a one-way function: what the address bar shows tells
//! nothing of the cookie or of one another.

use cuecard_model::Timestamp;

use crate::ids::new_token;

/// Seconds that somebody may take to log in there.
pub(crate) const LONGEST_LOGIN: i64 = 600;
/// Where one goes who has begun nowhere.
pub const HOME: &str = "/desk";
/// Where one may begin, and comes back to: our pages, so that nobody is sent elsewhere.
const PAGES: [&str; 5] = [HOME, "/console", "/insights", "/author", "/desk/embed/login"];
/// Bytes of an address with its query.
const LONGEST: usize = 500;

/// A login under way.
#[derive(Clone, Debug)]
pub struct Begun {
    cookie: String,
    to: String,
}

impl Begun {
    /// A new one, by somebody who wants to go to a page of ours; others are replaced by [`HOME`].
    pub fn new(to: &str, now: Timestamp) -> Self {
        let to = place(to);
        Self { cookie: format!("{}.{}.{to}", new_token(), now.seconds()), to: to.to_owned() }
    }

    /// The one of a cookie; nothing if it is too old or no cookie of ours.
    pub fn read(cookie: &str, now: Timestamp) -> Option<Self> {
        let mut parts = cookie.splitn(3, '.');
        let (_, since, to) = (parts.next()?, parts.next()?.parse::<i64>().ok()?, parts.next()?);
        let is_fresh = (0..LONGEST_LOGIN).contains(&now.seconds().checked_sub(since)?);
        (is_fresh && place(to) == to).then(|| Self { cookie: cookie.to_owned(), to: to.to_owned() })
    }

    /// The cookie's value.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The page of ours that one goes to afterwards.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// What comes back through the browser.
    pub(super) fn state(&self) -> String {
        self.follows("cuecard 2026-11 state of a login by OpenID Connect")
    }

    /// Whether this came back; in constant time.
    pub(super) fn is_state(&self, state: &str) -> bool {
        blake3::hash(state.as_bytes()) == blake3::hash(self.state().as_bytes())
    }

    /// What comes back inside of the ID token.
    pub(super) fn nonce(&self) -> String {
        self.follows("cuecard 2026-11 nonce of a login by OpenID Connect")
    }

    /// What shows the service that whoever brings the code began the login: 64 characters (RFC 7636, 4.1).
    pub(super) fn verifier(&self) -> String {
        self.follows("cuecard 2026-11 verifier of a login by OpenID Connect")
    }

    fn follows(&self, what: &str) -> String {
        blake3::Hash::from_bytes(blake3::derive_key(what, self.cookie.as_bytes())).to_hex().to_string()
    }
}

/// The page if it is one of ours, with a query of characters that cookies and headers take.
fn place(wanted: &str) -> &str {
    let path = wanted.split_once('?').map_or(wanted, |(path, _)| path);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%=&+/:@!$'()*?".contains(&byte);
    let fits = PAGES.contains(&path) && wanted.len() <= LONGEST && wanted.bytes().all(is_plain);
    if fits { wanted } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn one_comes_back_to_our_pages_alone() {
        for (wanted, expected) in [
            ("/console", "/console"),
            ("/desk?conversation=d-02", "/desk?conversation=d-02"),
            ("/desk/embed/login", "/desk/embed/login"),
            ("", HOME),
            ("/", HOME),
            ("//evil.example", HOME),
            ("/desk/../../evil", HOME),
            ("/desk//evil.example", HOME),
            ("https://evil.example/desk", HOME),
            ("/\\evil.example", HOME),
            ("/desk?a=;b", HOME),
            ("/desk?a=\r\nset-cookie: x=y", HOME),
            ("/desk?a=%0d%0a", "/desk?a=%0d%0a"),
            ("/desk?名", HOME),
            ("/v1/session", HOME),
        ] {
            let begun = Begun::new(wanted, at(1000));
            assert_eq!(begun.to(), expected, "{wanted:?}");
            assert_eq!(Begun::read(begun.cookie(), at(1000)).unwrap().to(), expected, "{wanted:?}");
        }
        assert_eq!(Begun::new(&format!("/desk?{}", "a".repeat(500)), at(0)).to(), HOME);
    }

    #[test]
    fn a_cookie_is_good_for_a_while_and_for_its_own_state() {
        let begun = Begun::new("/desk", at(1000));
        let again = Begun::read(begun.cookie(), at(1599)).unwrap();
        assert!(again.is_state(&begun.state()) && again.nonce() == begun.nonce() && again.verifier().len() == 64);
        assert!(Begun::read(begun.cookie(), at(1600)).is_none() && Begun::read(begun.cookie(), at(999)).is_none());
        let all = [begun.state(), begun.nonce(), begun.verifier(), Begun::new("/desk", at(1000)).state()];
        assert!(all.iter().enumerate().all(|(place, one)| !all.iter().skip(place + 1).any(|other| other == one)));
        assert!(!again.is_state("") && !again.is_state(&begun.nonce()));
        // A cookie that somebody has changed is another login.
        let other = begun.cookie().replace("/desk", "/console");
        assert!(!Begun::read(&other, at(1000)).unwrap().is_state(&begun.state()));
        for cookie in ["", "a", "a.b", "a.1000", "a.b./desk", "a.1000.//evil.example", "a.-9223372036854775808./desk"] {
            assert!(Begun::read(cookie, at(1000)).is_none(), "{cookie}");
        }
    }
}
