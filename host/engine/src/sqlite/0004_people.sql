-- People who log in, their sessions, and who did what.

create table people (
    merchant text not null,
    name     text not null,
    body     text not null,
    primary key (merchant, name)
) strict, without rowid;

create table sessions (
    hash       text not null primary key,
    merchant   text not null,
    name       text not null,
    created_at integer not null,
    used_at    integer not null
) strict, without rowid;
create index sessions_by_person on sessions (merchant, name);
create index sessions_by_time on sessions (created_at);

-- `chain` is '*' for what is shared, and '@' with the merchant for what is one merchant's alone.
create table audit (
    chain  text not null,
    number integer not null,
    hash   text not null,
    body   text not null,
    primary key (chain, number)
) strict, without rowid;
create trigger audit_is_not_changed before update on audit
    begin select raise(abort, 'audit records are not changed'); end;
create trigger audit_is_not_deleted before delete on audit
    begin select raise(abort, 'audit records are not deleted'); end;
