-- Events and timers that triggers have judged, with what they were judged from, so that they can be judged again.

-- `body` is JSON of the host's. Rows are swept away after some days, and are the customer's to be exported and erased.
create table judged (
    seq      integer primary key,
    merchant text not null,
    event    text not null,
    kind     text not null,
    customer text not null,
    at       integer not null,
    body     text not null
) strict;
create index judged_by_kind on judged (merchant, kind);
create index judged_by_customer on judged (merchant, customer);
