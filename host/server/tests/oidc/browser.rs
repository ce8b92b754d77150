//! A browser that keeps cookies and shows each step. It opens no socket to our origin's name, but to the host itself.

use std::collections::HashMap;

use super::{ORIGIN, Service, support};
use support::{Answer, Server};

/// A browser: cookies, and steps from one address to the next.
pub(crate) struct Browser<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cookies: HashMap<String, String>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, cookies: HashMap::new() }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = self.server.ask("GET", path, &[("cookie", &cookies.join("; "))], b"");
        for line in answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// To the service, and what it sends back: a path of ours.
    pub(crate) fn leave(&mut self, service: &Service, to: &str) -> String {
        let away = self.get(&format!("/v1/session/oidc?to={to}"));
        assert_eq!(away.status, 303, "{away:?}");
        let address = location(&away);
        assert!(address.starts_with(&format!("{}/authorize?", service.url)), "{address}");
        let back = service.authorize(&address);
        back.strip_prefix(ORIGIN).unwrap().to_owned()
    }

    /// There and back: where one ends.
    pub(crate) fn log_in(&mut self, service: &Service, to: &str) -> String {
        let back = self.leave(service, to);
        self.come(&back)
    }

    pub(crate) fn come(&mut self, back: &str) -> String {
        let answer = self.get(back);
        assert_eq!((answer.status, &*answer.body), (303, ""), "{answer:?}");
        location(&answer)
    }

    pub(crate) fn is_in(&mut self) -> bool {
        self.get("/v1/session").status == 200
    }
}

pub(crate) fn location(answer: &Answer) -> String {
    answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned()
}
