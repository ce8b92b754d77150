//! Placeholders as inline codes: which id stands for which placeholder of a unit.

use super::super::anatomy::{Code, CodeKind, Piece};

/// A run of a unit's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inline {
    Text(String),
    Code(Tag),
}

/// A placeholder with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) id: String,
    pub(super) role: Role,
    pub(super) code: Code,
}

/// What a placeholder is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `<ph>`
    Alone,
    /// `<sc>`, whose `<ec>` follows.
    Open,
    /// `<ec>` of the `<sc>` with the same id.
    Close,
    /// `<sc isolated="yes">`
    NeverClosed,
    /// `<ec isolated="yes">`
    NeverOpened,
}

impl Role {
    /// Whether it is an `<ec>`, which may share its id with an `<sc>`.
    pub(super) fn ends(self) -> bool {
        matches!(self, Self::Close | Self::NeverOpened)
    }
}

/// Gives ids to the codes of a source, from 1.
pub(super) fn source(pieces: &[Piece]) -> Vec<Inline> {
    tagged(pieces, &[])
}

/// Gives ids to the codes of a target: those of the same codes in the source, and new ones to what is the target's own.
pub(super) fn target(pieces: &[Piece], source: &[Inline]) -> Vec<Inline> {
    tagged(pieces, &tags(source).collect::<Vec<_>>())
}

/// The placeholders among the runs.
pub(super) fn tags(runs: &[Inline]) -> impl Iterator<Item = &Tag> {
    runs.iter().filter_map(|run| match run {
        Inline::Code(tag) => Some(tag),
        Inline::Text(_) => None,
    })
}

fn tagged(pieces: &[Piece], known: &[&Tag]) -> Vec<Inline> {
    let roles = roles(pieces);
    let mut next = known.len() + 1;
    let mut ids: Vec<String> = Vec::new();
    let mut runs = Vec::new();
    for (piece, role) in pieces.iter().zip(&roles) {
        let code = match piece {
            Piece::Text(text) => {
                ids.push(String::new());
                runs.push(Inline::Text(text.clone()));
                continue;
            }
            Piece::Code(code) => code,
        };
        let (role, opened) = role.unwrap_or((Role::Alone, 0));
        let id = if role == Role::Close {
            ids.get(opened).cloned().unwrap_or_default()
        } else {
            let same = |tag: &&&Tag| tag.role == role && tag.code == *code && !ids.contains(&tag.id);
            known.iter().find(same).map_or_else(
                || {
                    next += 1;
                    (next - 1).to_string()
                },
                |tag| tag.id.clone(),
            )
        };
        ids.push(id.clone());
        runs.push(Inline::Code(Tag { id, role, code: code.clone() }));
    }
    runs
}

/// For each code its role, and for a closing one where its opening one stands.
fn roles(pieces: &[Piece]) -> Vec<Option<(Role, usize)>> {
    let mut roles: Vec<Option<(Role, usize)>> = Vec::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let role = match piece {
            Piece::Text(_) => None,
            Piece::Code(code) if code.kind == CodeKind::Alone => Some((Role::Alone, index)),
            Piece::Code(code) if code.kind == CodeKind::Open => {
                open.push((index, &code.name));
                Some((Role::NeverClosed, index))
            }
            Piece::Code(code) => match open.iter().rposition(|(_, name)| *name == code.name) {
                Some(at) => {
                    let (opened, _) = open.remove(at);
                    if let Some(role) = roles.get_mut(opened) {
                        *role = Some((Role::Open, opened));
                    }
                    Some((Role::Close, opened))
                }
                None => Some((Role::NeverOpened, index)),
            },
        };
        roles.push(role);
    }
    roles
}
