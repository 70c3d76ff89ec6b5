-- How tables are spread and sorted, as their statements said (`dialect/tables.py`): the dialect
-- leaves it in a comment of the statement, and the database notes it when the table is there.
create table if not exists pg_internal.spread (
    relation oid primary key,
    style text,
    dist_key text,
    sort_keys text[] not null default '{}',
    interleaved boolean not null default false,
    encodings jsonb not null default '{}'
);

create or replace function pg_internal.note_spread() returns event_trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
declare
    made record;
    said jsonb;
begin
    for made in select distinct d.objid, c.relname from pg_event_trigger_ddl_commands() d
        join pg_class c on c.oid = d.objid where d.classid = 'pg_class'::regclass
    loop
        for said in
            select m[1]::jsonb from regexp_matches(
                current_query(), E'/\\*redshift-table ([{][^*]*[}])\\*/', 'g') m
        loop
            continue when said ->> 'table' <> made.relname;
            insert into pg_internal.spread values (
                made.objid, said ->> 'style', said ->> 'key',
                array(select jsonb_array_elements_text(said -> 'sort')),
                coalesce((said ->> 'interleaved')::boolean, false),
                coalesce(said -> 'encodings', '{}')
            ) on conflict do nothing;
        end loop;
    end loop;
end
$body$;

create or replace function pg_internal.forget_spread() returns event_trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
begin
    delete from pg_internal.spread
        where relation in (select objid from pg_event_trigger_dropped_objects());
end
$body$;

drop event trigger if exists redshift_note_spread;
drop event trigger if exists redshift_forget_spread;
create event trigger redshift_note_spread on ddl_command_end
    when tag in ('CREATE TABLE', 'CREATE TABLE AS') execute function pg_internal.note_spread();
create event trigger redshift_forget_spread on sql_drop
    when tag in ('DROP TABLE', 'DROP SCHEMA', 'DROP OWNED') execute function pg_internal.forget_spread();

revoke execute on function pg_internal.note_spread(), pg_internal.forget_spread() from public;
