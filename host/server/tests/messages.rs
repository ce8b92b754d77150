//! `cuecard messages` and what `cuecard check` says of messages, by the real binary on a real folder.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const EN: &str = "{\n  \"late\": \".input {$days :integer} .match $days one {{{$days} day late}} * {{{$days} days late}}\",\n  \
                  \"link\": \"Here: {$link}\"\n}\n";
const FR: &str = "{\n  \"link\": \"Ici : {$link}\"\n}\n";

fn cuecard(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cuecard")).current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn plugin() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let messages = folder.path().join("parcels/messages");
    fs::create_dir_all(&messages).unwrap();
    let manifest = "[plugin]\nid = \"parcels\"\nversion = \"1.0.0\"\napi = \"1\"\n";
    fs::write(folder.path().join("parcels/plugin.toml"), manifest).unwrap();
    fs::write(messages.join("en.json"), EN).unwrap();
    fs::write(messages.join("fr.json"), FR).unwrap();
    folder
}

#[test]
fn messages_go_out_and_come_back() {
    let folder = plugin();
    let (folder, french) = (folder.path(), folder.path().join("parcels/messages/fr.json"));
    let exported = cuecard(folder, &["messages", "export", "parcels", "--to", "fr"]);
    assert!(exported.status.success(), "{exported:?}");
    let document = folder.join("parcels.fr.xlf");
    fs::write(&document, &exported.stdout).unwrap();
    let untouched = cuecard(folder, &["messages", "import", "parcels", "parcels.fr.xlf"]);
    let said = "parcels/messages/fr.json: 0 written, 1 as they were, 2 not translated, 0 skipped\n";
    assert_eq!((untouched.status.code(), text(&untouched.stdout)), (Some(0), said));
    assert_eq!(fs::read_to_string(&french).unwrap(), FR);

    let translated = text(&exported.stdout)
        .replace(" day late</source>", " day late</source><target><ph id=\"1\"/> jour</target>")
        .replace(" days late</source>", " days late</source><target><ph id=\"1\"/> jours</target>")
        .replace("Ici :", "Voici :");
    fs::write(&document, translated).unwrap();
    // Somebody else was faster with one of them.
    fs::write(&french, FR.replace("Ici", "Là")).unwrap();
    let imported = cuecard(folder, &["messages", "import", "parcels", "parcels.fr.xlf"]);
    assert_eq!(
        (imported.status.code(), text(&imported.stdout)),
        (
            Some(1),
            "parcels/messages/fr.json: skipped link: stale: the translation in the bundle has changed since the export\n  \
             hint: export again, and move the translation over\n\
             parcels/messages/fr.json: 2 written, 0 as they were, 0 not translated, 1 skipped\n"
        )
    );
    let late =
        "\"late\": \".input {$days :integer} .match $days one {{{$days} jour}} * {{{$days} jours}}\",\n  \"link\"";
    assert_eq!(fs::read_to_string(&french).unwrap(), FR.replace("Ici", "Là").replace("\"link\"", late));
    assert_eq!(fs::read_dir(french.parent().unwrap()).unwrap().count(), 2);
}

#[test]
fn check_names_what_is_doubtful() {
    let folder = plugin();
    fs::write(folder.path().join("parcels/messages/ja.json"), EN.replace("{$link}", "{$url}")).unwrap();
    let checked = cuecard(folder.path(), &["check", "parcels"]);
    assert_eq!(checked.status.code(), Some(0));
    let said = text(&checked.stdout);
    for expected in [
        "parcels/messages/fr.json: warning: 'late' is missing, and is there in en, ja\n  hint: translate 'late'",
        "parcels/messages/ja.json:2: warning: 'late' never gives the variant `one`: no value of $days matches `one` in ja\n  \
         hint: remove it; the keys for numbers in ja are numbers and other\n",
        "parcels/messages/ja.json:3: warning: 'link' does not use $link and uses $url in addition, unlike en\n  hint: ",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}
