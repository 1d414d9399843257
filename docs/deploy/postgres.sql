-- The database of zhibiao on a PostgreSQL server (14 or newer), once, as its administrator: psql --file postgres.sql
-- Then the passwords, which psql asks for and which never stand in a file or a history: \password zhibiao, \password zhibiao_reader
-- `zhibiao` owns the database: it runs, and brings the schema up to date. `zhibiao_reader` exports and compares, and changes nothing.
\set ON_ERROR_STOP on
CREATE ROLE zhibiao LOGIN;
CREATE ROLE zhibiao_reader LOGIN;
-- order of characters by code, as in SQLite, so that both databases sort alike; UTF-8 whatever the server's own setting
CREATE DATABASE zhibiao OWNER zhibiao ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE zhibiao FROM PUBLIC;
GRANT CONNECT ON DATABASE zhibiao TO zhibiao_reader;
\connect zhibiao
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO zhibiao;
GRANT USAGE ON SCHEMA public TO zhibiao_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE zhibiao IN SCHEMA public GRANT SELECT ON TABLES TO zhibiao_reader;
