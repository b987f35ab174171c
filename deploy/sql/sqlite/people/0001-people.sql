-- Personal data, apart from the journal: who an internal id stands for, a key a person, what is sealed under it.
create table person (
  user_id     text primary key not null,
  external_id text not null unique,
  made_at     integer not null
);

-- By itself, so that it can be backed up by itself: without the key the fields say nothing.
create table person_key (
  user_id text primary key not null references person on delete cascade,
  key     blob not null
);

create table person_field (
  user_id    text not null references person on delete cascade,
  name       text not null,
  sealed     blob not null,              -- nonce, tag, cipher text
  changed_at integer not null,
  primary key (user_id, name)
);

-- Erasures of the last 24 h, so that a repeat is answered as the first time. Names nobody.
create table erasure (
  receipt   blob primary key not null,
  erased_at integer not null
);
