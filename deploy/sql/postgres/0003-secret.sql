-- What silos make once and share: the local signing key, the payments secret, the fingerprint of the audit key.
create table ale_secret (
  name  text collate "C" primary key,
  value bytea not null
);
