//! Mail: a server that records the dialogue, and answers or hangs up as it is told.

use cuecard::connectors::{Connector as _, Parcel, Sending, Smtp, smtp::Settings};
use cuecard_model::Purpose;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};

use super::{fate, nobody, parcel};

/// Answers one connection; `odd` says at which step it answers otherwise, and nothing hangs up. Gives back what it heard.
async fn server(odd: Option<(&'static str, &'static str)>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let (mut lines, mut heard, mut in_letter) = (BufReader::new(read).lines(), Vec::new(), false);
        let mut step = "greeting".to_owned();
        loop {
            let usual = match step.as_str() {
                "greeting" => "220 test",
                "EHLO" => "250-test\r\n250 8BITMIME",
                "DATA" => "354 go ahead",
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            let answer = odd.filter(|(at, _)| *at == step).map_or(usual, |(_, answer)| answer);
            if answer.is_empty() {
                return heard;
            }
            if !step.is_empty() {
                write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
            in_letter |= step == "DATA" && answer.starts_with("354");
            let Ok(Some(line)) = lines.next_line().await else { return heard };
            step = match line.as_str() {
                "." if in_letter => line.clone(),
                _ if in_letter => String::new(),
                command => command.chars().take(4).collect(),
            };
            in_letter &= line != ".";
            heard.push(line);
        }
    });
    (url, serving)
}

fn smtp(url: &str) -> Smtp {
    let settings = format!(
        "url = {url:?}\nfrom = \"Alder & Fern <care@shop.example>\"\nreply_to = \"help@shop.example\"\n\
         unsubscribe_url = \"https://shop.example/stop?c={{customer}}\"",
    );
    Smtp::open(toml::from_str::<Settings>(&settings).unwrap()).unwrap()
}

/// The letter's headers, unfolded, and its body.
fn letter(heard: &[String]) -> (Vec<String>, Vec<String>) {
    let start = heard.iter().position(|line| line == "DATA").unwrap() + 1;
    let blank = heard.iter().skip(start).position(String::is_empty).unwrap() + start;
    let end = heard.iter().position(|line| line == ".").unwrap();
    let mut headers: Vec<String> = Vec::new();
    for line in &heard[start..blank] {
        match line.strip_prefix([' ', '\t']) {
            Some(more) => headers.last_mut().unwrap().push_str(&format!(" {more}")),
            None => headers.push(line.clone()),
        }
    }
    (headers, heard[blank + 1..end].to_vec())
}

#[tokio::test]
async fn a_letter_has_its_headers_and_the_same_id_each_time() {
    let marketing = Parcel {
        purpose: Purpose::Marketing,
        subject: Some("¿Todavía lo quiere?".into()),
        text: "Hola, Sara. Su carrito le sigue esperando.\n.\nHasta pronto".into(),
        customer: "u 9/<á>".into(),
        locale: "es-MX".into(),
        ..parcel()
    };
    let mut ids = Vec::new();
    for _ in 0..2 {
        let (url, serving) = server(None).await;
        let Sending::Sent { reference } = smtp(&url).send(&marketing).await else { panic!("it is taken") };
        let heard = serving.await.unwrap();
        assert_eq!(
            heard[..4],
            ["EHLO shop.example", "MAIL FROM:<care@shop.example>", "RCPT TO:<sara@mail.example>", "DATA"]
        );
        assert_eq!(heard.last().unwrap(), "QUIT");
        let (headers, body) = letter(&heard);
        let header = |name: &str| {
            let found: Vec<_> = headers.iter().filter_map(|line| line.strip_prefix(name)).collect();
            assert_eq!(found.len(), 1, "{name} in {headers:?}");
            found[0].to_owned()
        };
        assert_eq!(header("List-Unsubscribe: "), "<https://shop.example/stop?c=u%209%2F%3C%C3%A1%3E>");
        assert_eq!(header("List-Unsubscribe-Post: "), "List-Unsubscribe=One-Click");
        assert_eq!(header("Auto-Submitted: "), "auto-generated");
        assert_eq!(header("Content-Language: "), "es-MX");
        assert_eq!(header("Content-Type: "), "text/plain; charset=utf-8");
        assert_eq!(header("From: "), "=?utf-8?b?QWxkZXIgJiBGZXJu?= <care@shop.example>");
        assert_eq!(header("Reply-To: "), "help@shop.example");
        assert!(header("Subject: ").starts_with("=?utf-8?b?"), "{headers:?}");
        assert!(header("Date: ").contains(':'));
        // A line with a dot alone ends the letter, so it goes out as two.
        assert_eq!(body, ["Hola, Sara. Su carrito le sigue esperando.", "..", "Hasta pronto"]);
        let id = header("Message-ID: ");
        assert_eq!(reference.as_deref(), Some(id.as_str()));
        ids.push(id);
    }
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0].ends_with("@shop.example>"));
}

#[tokio::test]
async fn service_mail_needs_no_way_out_and_marketing_does() {
    let (url, serving) = server(None).await;
    assert_eq!(fate(&smtp(&url).send(&parcel()).await), "sent");
    let (headers, _) = letter(&serving.await.unwrap());
    assert!(!headers.iter().any(|line| line.starts_with("List-Unsubscribe")), "{headers:?}");
    assert!(headers.contains(&"Subject: Hello Sara, your order #1001 is on its way.".to_owned()), "{headers:?}");

    let settings = "url = \"smtp://127.0.0.1:9\"\nfrom = \"care@shop.example\"";
    let without = Smtp::open(toml::from_str(settings).unwrap()).unwrap();
    let refused = without.send(&Parcel { purpose: Purpose::Marketing, ..parcel() }).await;
    assert!(matches!(&refused, Sending::Refused { detail } if detail.contains("unsubscribe_url")), "{refused:?}");
}

#[tokio::test]
async fn what_breaks_before_the_final_dot_was_not_taken() {
    for (step, answer, expected) in [
        ("greeting", "554 not you", "not taken"),
        ("greeting", "", "not taken"),
        ("EHLO", "421 later", "not taken"),
        ("MAIL", "451 later", "not taken"),
        ("MAIL", "", "not taken"),
        ("RCPT", "450 greylisted", "not taken"),
        ("RCPT", "550 no such person", "refused"),
        ("DATA", "452 full", "not taken"),
        ("DATA", "", "not taken"),
        ("DATA", "554 no", "refused"),
        (".", "451 later", "not taken"),
        (".", "554 spam", "refused"),
        (".", "", "unknown"),
        (".", "what?", "unknown"),
        ("QUIT", "", "sent"),
    ] {
        let (url, serving) = server(Some((step, answer))).await;
        let sending = smtp(&url).send(&parcel()).await;
        assert_eq!(fate(&sending), expected, "{step} {answer}: {sending:?}");
        serving.abort();
    }
    let sending = smtp(&format!("smtp://{}", nobody().await)).send(&parcel()).await;
    assert_eq!(fate(&sending), "not taken", "{sending:?}");
}

#[tokio::test]
async fn no_line_is_smuggled_in() {
    for to in
        ["a@b.example\r\nRCPT TO:<evil@c.example>", "a@b.example, evil@c.example", "<a@b.example> SIZE=1", "", "a"]
    {
        let sending = smtp("smtp://127.0.0.1:9").send(&Parcel { to: Some(to.into()), ..parcel() }).await;
        assert_eq!(fate(&sending), "refused", "{to:?}: {sending:?}");
    }
    let evil = Parcel {
        idempotency_key: "demo:o-1\r\nBcc: evil@c.example".into(),
        customer: "u-9>\r\nBcc: evil@c.example".into(),
        purpose: Purpose::Marketing,
        subject: Some("Hello\r\nBcc: evil@c.example\r\n\r\nQUIT\u{0}".into()),
        text: "Hello\r\n.\r\nMAIL FROM:<evil@c.example>\r\n\r\nBye".into(),
        locale: "en\r\nBcc: evil@c.example".into(),
        ..parcel()
    };
    let (url, serving) = server(None).await;
    assert_eq!(fate(&smtp(&url).send(&evil).await), "sent");
    let heard = serving.await.unwrap();
    assert_eq!(heard.iter().filter(|line| line.as_str() == ".").count(), 1);
    let (headers, body) = letter(&heard);
    assert!(!headers.iter().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{headers:?}");
    assert!(headers.contains(&"Subject: Hello Bcc: evil@c.example QUIT".to_owned()), "{headers:?}");
    assert_eq!(body, ["Hello", "..", "MAIL FROM:<evil@c.example>", "", "Bye"]);
    let after = heard.iter().skip_while(|line| line.as_str() != ".").skip(1).collect::<Vec<_>>();
    assert_eq!(after, ["QUIT"]);
}
