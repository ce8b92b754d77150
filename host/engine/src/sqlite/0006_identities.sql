-- Schema version 6: who is who over channels and shops, what is known up to when, webhooks, and being forgotten.

-- The moments up to which a profile and its orders are true, as JSON: `{"profile": 17, "order/1001": 18}`.
alter table customers add column versions text;

-- By what a customer is known.
create table identities (
    merchant text not null,
    kind     text not null,
    value    text not null,
    customer text not null,
    verified integer not null,
    source   text not null,
    at       integer not null,
    primary key (merchant, kind, value, customer)
) strict, without rowid;
create index identities_by_customer on identities (merchant, customer);

-- A customer who was found to be another. Chains are followed, so that each merge can be undone alone.
create table aliases (
    merchant text not null,
    customer text not null,
    into_id  text not null,
    merge_id integer not null,
    primary key (merchant, customer)
) strict, without rowid;
create index aliases_by_target on aliases (merchant, into_id);

create table merges (
    id        integer primary key,
    merchant  text not null,
    customer  text not null,
    into_id   text not null,
    at        integer not null,
    rule      text not null,
    event     text,
    before    text,
    undone_at integer,
    undone_by text
) strict;
create index merges_by_customer on merges (merchant, customer);
create index merges_by_target on merges (merchant, into_id);

-- The rows that came with a merged customer, then and later: a split gives them back. `room` is the table, `row` the
-- rowid, or the key without merchant and customer as a JSON array.
create table merge_rows (
    merge_id integer not null,
    room     text not null,
    row      text not null,
    primary key (merge_id, room, row)
) strict, without rowid;

create table orders (
    merchant text not null,
    id       text not null,
    customer text not null,
    primary key (merchant, id)
) strict, without rowid;
create index orders_by_customer on orders (merchant, customer);

-- What was said about an order that is not known yet.
create table waiting (
    seq      integer primary key,
    merchant text not null,
    order_id text not null,
    event    text,
    at       integer not null,
    body     text not null
) strict;
create index waiting_by_order on waiting (merchant, order_id);
create index waiting_by_event on waiting (merchant, event) where event is not null;

-- By what a webhook's delivery is known again.
create table deliveries (
    merchant text not null,
    key      text not null,
    at       integer not null,
    primary key (merchant, key)
) strict, without rowid;
create index deliveries_by_time on deliveries (at);

create table hooks (
    hash text not null primary key,
    body text not null
) strict;

-- Agents' messages are found by the customer too: they are a part of what is exported and erased.
drop index messages_by_customer;
create index messages_by_customer on messages (merchant, customer, role, seq);
