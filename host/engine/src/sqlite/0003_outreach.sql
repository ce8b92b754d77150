-- Schema version 3: consent, suppression, and what the sender needs of a contact.

-- Only ever added to; the same record twice is one.
create table consents (
    seq      integer primary key,
    merchant text not null,
    customer text not null,
    body     text not null
) strict;
create unique index consents_by_customer on consents (merchant, customer, body);

-- `subject` is a customer's id, or a keyed hash of an address whose customer was erased. `channel` is '' for every one.
create table suppressions (
    merchant text not null,
    subject  text not null,
    channel  text not null,
    cause    text not null,
    at       integer not null,
    primary key (merchant, subject, channel, cause)
) strict, without rowid;

-- The long column goes last, so that the others are read without it.
create table contacts (
    seq          integer primary key,
    merchant     text not null,
    id           text not null,
    revision     integer not null,
    plugin       text not null,
    customer     text not null,
    slot         integer not null,
    occurrence   text not null,
    purpose      text not null,
    channel      text,
    state        text not null,
    created_at   integer not null,
    attempted_at integer,
    due_at       integer,
    reference    text,
    body         text not null
) strict;
-- What was proposed so far has no due moment, and gets its slot with the first change.
insert into contacts
    select seq, merchant, id, 0, plugin, customer, 0, occurrence, json_extract(body, '$.outreach.purpose'), null, state,
        created_at, null, null, null, body
    from outreach;
drop table outreach;
alter table contacts rename to outreach;
create unique index outreach_by_id on outreach (merchant, id);
create unique index outreach_by_occurrence on outreach (merchant, plugin, customer, occurrence);
create index outreach_by_customer on outreach (merchant, customer, created_at);
create index outreach_by_state on outreach (merchant, state, created_at);
create index outreach_by_time on outreach (merchant, created_at);
create index outreach_by_reference on outreach (merchant, reference) where reference is not null;
create index outreach_due on outreach (due_at, slot) where due_at is not null;
