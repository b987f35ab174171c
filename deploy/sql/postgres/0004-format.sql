-- The least version of the stored format that a silo must know to start here.
create table journal_format (version integer not null);
insert into journal_format values (1);
