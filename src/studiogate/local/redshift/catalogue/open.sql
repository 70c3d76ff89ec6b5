-- Everybody may read the views: each shows what one may see, and no more.
do $open$
declare
    view record;
begin
    for view in
        select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'v' and n.nspname in ('pg_catalog', 'pg_internal') and c.oid >= 16384
    loop
        execute format('grant select on %I.%I to public', view.nspname, view.relname);
    end loop;
end
$open$;
grant usage on schema pg_internal to public;
grant select on pg_internal.spread to public;
