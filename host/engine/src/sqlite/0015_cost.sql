-- What a bundle's own tests take, in steps: JSON of the host's. The same content costs the same, whomever it serves.
alter table bundles add column cost text;
