-- How a turn came about, beside its reply: the time of its stages and hooks, and what plugins said to their authors.
alter table messages add column trace text;
