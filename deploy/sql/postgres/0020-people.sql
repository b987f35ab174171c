-- Personal data, apart from the journal: who an internal id stands for, a key a person, what is sealed under it.
create schema if not exists people;

create table people.person (
  user_id     text collate "C" primary key,
  external_id text collate "C" not null unique,
  made_at     bigint not null
);

-- By itself, so that it can be backed up by itself: without the key the fields say nothing.
create table people.person_key (
  user_id text collate "C" primary key references people.person on delete cascade,
  key     bytea not null
);

create table people.person_field (
  user_id    text collate "C" not null references people.person on delete cascade,
  name       text collate "C" not null,
  sealed     bytea not null,             -- nonce, tag, cipher text
  changed_at bigint not null,
  primary key (user_id, name)
);

-- Erasures of the last 24 h, so that a repeat is answered as the first time. Names nobody.
create table people.erasure (
  receipt   bytea primary key,
  erased_at bigint not null
);
