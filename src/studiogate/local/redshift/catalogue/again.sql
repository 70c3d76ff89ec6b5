-- What an earlier version of these scripts made, as far as it may have changed since: views, and
-- the functions that SHOW asks.  Types, tables and other functions stay, for tables use them.
set allow_system_table_mods = on;
create schema if not exists pg_internal;

do $again$
declare
    former record;
begin
    for former in
        select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'v' and n.nspname in ('pg_catalog', 'pg_internal') and c.oid >= 16384
    loop
        execute format('drop view if exists %s cascade', former.name);
    end loop;
    for former in
        select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'pg_catalog' and p.proname like 'show!_%' escape '!' and p.oid >= 16384
    loop
        execute format('drop function if exists %s cascade', former.name);
    end loop;
end
$again$;
reset allow_system_table_mods;
