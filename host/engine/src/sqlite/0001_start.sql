-- Schema version 1. Moments are milliseconds since the Unix epoch. The merchant leads every key.
-- Rows that stay small live in their key's tree (without rowid); rows with long text do not.

-- A message, and where it was answered its turn: one row, so that the commit of a turn is one statement.
create table messages (
    seq          integer primary key,
    merchant     text not null,
    conversation text not null,
    message      text not null,
    customer     text not null,
    channel      text not null,
    role         integer not null,
    text         text not null,
    at           integer not null,
    turn         text,
    generation   integer,
    reply        text
) strict;
create unique index messages_by_id on messages (merchant, conversation, message);
create unique index messages_by_turn on messages (merchant, turn) where turn is not null;

create table feedback (
    merchant   text not null,
    suggestion text not null,
    action     text not null,
    at         integer not null,
    plugin     text not null,
    version    text not null,
    final_text text,
    agent      text,
    primary key (merchant, suggestion, action)
) strict, without rowid;
create index feedback_by_time on feedback (merchant, at);

create table customers (
    merchant text not null,
    customer text not null,
    body     text not null,
    primary key (merchant, customer)
) strict;

create table live (
    merchant text not null,
    key      text not null,
    body     text not null,
    primary key (merchant, key)
) strict;

create table plugin_keys (
    merchant text not null,
    customer text not null,
    plugin   text not null,
    name     text not null,
    value    text not null,
    bytes    integer not null,
    primary key (merchant, customer, plugin, name)
) strict, without rowid;

-- The sum of plugin_keys.bytes, so that the quota costs one read.
create table plugin_usage (
    merchant text not null,
    plugin   text not null,
    bytes    integer not null,
    primary key (merchant, plugin)
) strict, without rowid;

create table events (
    seq      integer primary key,
    merchant text not null,
    event    text not null,
    slot     integer not null,
    body     text not null,
    done_at  integer
) strict;
create unique index events_by_id on events (merchant, event);
create index events_open on events (seq, slot) where done_at is null;

create table timers (
    merchant text not null,
    plugin   text not null,
    customer text not null,
    key      text not null,
    at       integer not null,
    slot     integer not null,
    body     text not null,
    primary key (merchant, plugin, customer, key)
) strict, without rowid;
create index timers_due on timers (at, slot);

create table outreach (
    seq        integer primary key,
    merchant   text not null,
    id         text not null,
    plugin     text not null,
    customer   text not null,
    occurrence text not null,
    state      text not null,
    created_at integer not null,
    body       text not null
) strict;
create unique index outreach_by_id on outreach (merchant, id);
create unique index outreach_by_occurrence on outreach (merchant, plugin, customer, occurrence);
create index outreach_by_customer on outreach (merchant, customer, created_at);
create index outreach_by_state on outreach (merchant, state, created_at);
create index outreach_by_time on outreach (merchant, created_at);

-- `scope` is '*' for what is shared, and '@' with the merchant for what is one merchant's alone.
create table plugins (
    revision integer primary key autoincrement,
    scope    text not null,
    plugin   text not null,
    body     text not null
) strict;
create index plugins_by_id on plugins (scope, plugin, revision);

create table disabled (
    merchant text not null,
    plugin   text not null,
    primary key (merchant, plugin)
) strict, without rowid;

create table reloads (
    seq        integer primary key,
    scope      text not null,
    generation integer not null,
    body       text not null
) strict;
create index reloads_by_scope on reloads (scope, seq);

create table bundles (
    hash  text not null primary key,
    bytes blob not null
) strict;

create table api_keys (
    hash text not null primary key,
    body text not null
) strict;

create table settings (
    scope text not null,
    name  text not null,
    value text not null,
    primary key (scope, name)
) strict, without rowid;
