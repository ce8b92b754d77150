-- What plugins store has a version. A set is what one plugin stores for one merchant in one version.

create table key_sets (
    merchant  text not null,
    plugin    text not null,
    version   integer not null,
    -- 0 open, 1 next, 2 held, 3 kept, 4 gone: see keys.rs.
    state     integer not null,
    -- The sum of plugin_keys.bytes, so that the quota costs one read.
    bytes     integer not null,
    -- How often it was written to since it was opened.
    writes    integer not null default 0,
    -- The version that it was made of.
    came_from integer,
    -- When it was opened, and since it is not any more, when it was closed.
    at        integer,
    primary key (merchant, plugin, version)
) strict, without rowid;
create index key_sets_by_plugin on key_sets (plugin);
insert into key_sets (merchant, plugin, version, state, bytes) select merchant, plugin, 1, 0, bytes from plugin_usage;
drop table plugin_usage;

create table keys_with_version (
    merchant text not null,
    customer text not null,
    plugin   text not null,
    name     text not null,
    value    text not null,
    bytes    integer not null,
    version  integer not null,
    primary key (merchant, customer, plugin, version, name)
) strict, without rowid;
insert into keys_with_version select merchant, customer, plugin, name, value, bytes, 1 from plugin_keys;
drop table plugin_keys;
alter table keys_with_version rename to plugin_keys;
update merge_rows set row = json_insert(row, '$[#]', 1) where room = 'plugin_keys';

-- Whose keys have changed since they were copied to the next set. The stamp is never the same again. By its name it
-- comes after plugin_keys: so what erasing a customer notes here is erased with the customer.
create table plugin_keys_changed (
    merchant text not null,
    customer text not null,
    plugin   text not null,
    stamp    integer not null,
    primary key (merchant, customer, plugin)
) strict, without rowid;
create index plugin_keys_changed_by_plugin on plugin_keys_changed (plugin, merchant);

-- Rows that are in use count, and only while there is a next set.
create view keys_being_copied as
    select live.merchant, live.plugin, live.version from key_sets as live, key_sets as upcoming
        where live.state in (0, 2) and upcoming.state = 1
            and upcoming.merchant = live.merchant and upcoming.plugin = live.plugin;

create trigger plugin_keys_inserted after insert on plugin_keys
when exists (select 1 from keys_being_copied
    where merchant = new.merchant and plugin = new.plugin and version = new.version) begin
    delete from plugin_keys_changed where merchant = new.merchant and customer = new.customer and plugin = new.plugin;
    insert into plugin_keys_changed values (new.merchant, new.customer, new.plugin, random());
end;
create trigger plugin_keys_updated after update on plugin_keys
when exists (select 1 from keys_being_copied
    where merchant = new.merchant and plugin = new.plugin and version = new.version) begin
    delete from plugin_keys_changed where merchant = new.merchant and customer = new.customer and plugin = new.plugin;
    insert into plugin_keys_changed values (new.merchant, new.customer, new.plugin, random());
    delete from plugin_keys_changed where merchant = old.merchant and customer = old.customer and plugin = old.plugin
        and old.customer <> new.customer;
    insert into plugin_keys_changed select old.merchant, old.customer, old.plugin, random()
        where old.customer <> new.customer;
end;
create trigger plugin_keys_deleted after delete on plugin_keys
when exists (select 1 from keys_being_copied
    where merchant = old.merchant and plugin = old.plugin and version = old.version) begin
    delete from plugin_keys_changed where merchant = old.merchant and customer = old.customer and plugin = old.plugin;
    insert into plugin_keys_changed values (old.merchant, old.customer, old.plugin, random());
end;
