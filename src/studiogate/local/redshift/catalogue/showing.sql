-- What the SHOW commands of `dialect/showing.py` ask.  A database that is not the session's own
-- is refused by name: Redshift reads across databases of a cluster, this emulation does not.

create or replace function pg_internal.here(name text) returns boolean language plpgsql stable as $body$
begin
    if name is null or name = current_database() then
        return true;
    end if;
    if exists (select 1 from pg_catalog.svv_redshift_databases d where d.database_name = name) then
        raise exception 'reading another database of the warehouse is not emulated: connect to "%"', name
            using errcode = '0A000';
    end if;
    raise exception 'database "%" does not exist', name using errcode = '3D000';
end
$body$;

create or replace function pg_catalog.show_databases() returns table (
    database_name varchar, database_owner integer, database_type varchar, database_acl varchar,
    parameters varchar, database_isolation_level varchar
) language sql stable begin atomic
    select d.database_name, d.database_owner, d.database_type, d.database_acl, d.parameters,
        d.database_isolation_level from pg_catalog.svv_redshift_databases d order by 1;
end;

create or replace function pg_catalog.show_schemas(in_database text) returns table (
    database_name varchar, schema_name varchar, schema_owner integer, schema_type varchar,
    schema_acl varchar, source_database varchar, schema_option varchar
) language sql stable begin atomic
    select s.database_name, s.schema_name, s.schema_owner, s.schema_type, s.schema_acl,
        s.source_database, s.schema_option
    from pg_catalog.svv_all_schemas s where pg_internal.here(in_database) order by 2;
end;

create or replace function pg_catalog.show_tables(in_database text, in_schema text) returns table (
    database_name varchar, schema_name varchar, table_name varchar, table_type varchar,
    table_acl varchar, remarks varchar, owner varchar, last_altered_time timestamp,
    last_modified_time timestamp, dist_style varchar, table_subtype varchar
) language sql stable begin atomic
    select r.database_name, r.schema_name, r.table_name, r.table_type, r.acl, r.remarks, r.owner,
        null::timestamp, null::timestamp,
        (case when r.relkind in ('v', 'm') then '' when r.reldiststyle = 0 then 'EVEN'
            when r.reldiststyle = 8 then 'ALL' when r.reldiststyle = 1 then 'KEY'
            else 'AUTO (ALL)' end)::varchar,
        (case r.relkind when 'v' then 'REGULAR VIEW' when 'm' then 'MATERIALIZED VIEW'
            else 'REGULAR TABLE' end)::varchar
    from pg_internal.relations r
    where pg_internal.here(in_database) and r.schema_name = in_schema order by 3;
end;

create or replace function pg_catalog.show_columns(in_database text, in_schema text, in_table text) returns table (
    database_name varchar, schema_name varchar, table_name varchar, column_name varchar,
    ordinal_position integer, column_default varchar, is_nullable varchar, data_type varchar,
    character_maximum_length integer, numeric_precision integer, numeric_scale integer, remarks varchar,
    sort_key_type varchar, sort_key integer, dist_key integer, encoding varchar, "collation" varchar
) language sql stable begin atomic
    select c.database_name, c.schema_name, c.table_name, c.column_name, c.ordinal_position,
        c.column_default, c.is_nullable, c.data_type, c.character_maximum_length, c.numeric_precision,
        c.numeric_scale, c.remarks,
        (case when c.attsortkeyord = 0 then null when s.interleaved then 'INTERLEAVED'
            else 'COMPOUND' end)::varchar,
        nullif(abs(c.attsortkeyord), 0), case when c.attisdistkey then 1 end,
        nullif(c.encoding, 'none'), null::varchar
    from pg_internal.columns c left join pg_internal.spread s on s.relation = c.oid
    where pg_internal.here(in_database) and c.schema_name = in_schema and c.table_name = in_table order by 5;
end;

create or replace function pg_catalog.show_primary_keys(in_database text, in_schema text, in_table text) returns table (
    database_name varchar, schema_name varchar, table_name varchar, column_name varchar,
    key_seq integer, pk_name varchar
) language sql stable begin atomic
    select r.database_name, r.schema_name, r.table_name, a.attname::varchar, k.place::integer, o.conname::varchar
    from pg_internal.relations r join pg_constraint o on o.conrelid = r.oid and o.contype = 'p'
        cross join lateral unnest(o.conkey) with ordinality k(number, place)
        join pg_attribute a on a.attrelid = r.oid and a.attnum = k.number
    where pg_internal.here(in_database) and r.schema_name = in_schema and r.table_name = in_table order by 4;
end;

create view pg_internal.foreign_keys as
    select p.database_name as pk_database_name, p.schema_name as pk_schema_name, p.table_name as pk_table_name,
        pa.attname::varchar as pk_column_name, f.database_name as fk_database_name,
        f.schema_name as fk_schema_name, f.table_name as fk_table_name, fa.attname::varchar as fk_column_name,
        k.place::integer as key_seq, 3 as update_rule, 3 as delete_rule, o.conname::varchar as fk_name,
        (select i.relname from pg_class i where i.oid = o.conindid)::varchar as pk_name, 7 as deferrability
    from pg_constraint o
        join pg_internal.relations f on f.oid = o.conrelid
        join pg_internal.relations p on p.oid = o.confrelid
        cross join lateral unnest(o.conkey, o.confkey) with ordinality k(fk, pk, place)
        join pg_attribute fa on fa.attrelid = f.oid and fa.attnum = k.fk
        join pg_attribute pa on pa.attrelid = p.oid and pa.attnum = k.pk
    where o.contype = 'f';
create or replace function pg_catalog.show_foreign_keys(in_database text, in_schema text, in_table text)
    returns setof pg_internal.foreign_keys language sql stable begin atomic
    select k.* from pg_internal.foreign_keys k where pg_internal.here(in_database)
        and k.fk_schema_name = in_schema and k.fk_table_name = in_table
    order by k.pk_schema_name, k.pk_table_name, k.key_seq;
end;
create or replace function pg_catalog.show_exported_keys(in_database text, in_schema text, in_table text)
    returns setof pg_internal.foreign_keys language sql stable begin atomic
    select k.* from pg_internal.foreign_keys k where pg_internal.here(in_database)
        and k.pk_schema_name = in_schema and k.pk_table_name = in_table
    order by k.fk_schema_name, k.fk_table_name, k.key_seq;
end;

create or replace function pg_catalog.show_table_grants(in_database text, in_schema text, in_table text) returns table (
    database_name varchar, schema_name varchar, object_name varchar, object_type varchar,
    privilege_type varchar, identity_id integer, identity_name varchar, identity_type varchar,
    admin_option boolean, privilege_scope varchar, grantor_name varchar, table_name varchar
) language sql stable begin atomic
    select g.database_name, g.schema_name, g.table_name, 'TABLE'::varchar, g.privilege_type::varchar,
        g.identity_id, g.identity_name::varchar, g.identity_type::varchar, g.admin_option,
        'TABLE'::varchar, g.grantor, g.table_name
    from pg_internal.grants g
    where pg_internal.here(in_database) and g.schema_name = in_schema and g.table_name = in_table order by 5, 7;
end;

create or replace function pg_catalog.show_column_grants(in_database text, in_schema text, in_table text) returns table (
    database_name varchar, schema_name varchar, table_name varchar, column_name varchar,
    object_type varchar, privilege_type varchar, identity_id integer, identity_name varchar,
    identity_type varchar, admin_option boolean, privilege_scope varchar, grantor_name varchar
) language sql stable begin atomic
    select r.database_name, r.schema_name, r.table_name, a.attname::varchar, 'COLUMN'::varchar,
        x.privilege_type::varchar, x.grantee::integer, coalesce(i.rolname::text, 'public')::varchar,
        (case when i.oid is null then 'public' when i.rolcanlogin then 'user' else 'group' end)::varchar,
        x.is_grantable, 'COLUMN'::varchar, r.owner
    from pg_internal.relations r join pg_attribute a on a.attrelid = r.oid and a.attacl is not null
        cross join lateral aclexplode(a.attacl) x left join pg_roles i on i.oid = x.grantee
    where pg_internal.here(in_database) and r.schema_name = in_schema and r.table_name = in_table order by 6, 4;
end;

create view pg_internal.routines as
    select current_database()::varchar as database_name, n.nspname::varchar as schema_name,
        p.proname::varchar as routine_name, p.prokind, p.oid,
        case when p.prokind = 'p' then '' else format_type(p.prorettype, null) end::varchar as return_type,
        pg_get_function_identity_arguments(p.oid)::varchar as argument_list,
        obj_description(p.oid, 'pg_proc')::varchar as remarks
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname not in ('pg_catalog', 'information_schema', 'pg_internal', 'pg_journal')
        and has_function_privilege(p.oid, 'EXECUTE');
create or replace function pg_catalog.show_procedures(in_database text, in_schema text) returns table (
    database_name varchar, schema_name varchar, procedure_name varchar, number_of_arguments integer,
    argument_list varchar, return_type varchar, remarks varchar
) language sql stable begin atomic
    select r.database_name, r.schema_name, r.routine_name, p.pronargs::integer,
        oidvectortypes(p.proargtypes)::varchar, r.return_type, r.remarks
    from pg_internal.routines r join pg_proc p on p.oid = r.oid
    where pg_internal.here(in_database) and r.schema_name = in_schema and r.prokind = 'p' order by 3;
end;
create or replace function pg_catalog.show_functions(in_database text, in_schema text) returns table (
    database_name varchar, schema_name varchar, function_name varchar, number_of_arguments integer,
    argument_list varchar, return_type varchar, remarks varchar
) language sql stable begin atomic
    select r.database_name, r.schema_name, r.routine_name, p.pronargs::integer,
        oidvectortypes(p.proargtypes)::varchar, r.return_type, r.remarks
    from pg_internal.routines r join pg_proc p on p.oid = r.oid
    where pg_internal.here(in_database) and r.schema_name = in_schema and r.prokind = 'f' order by 3;
end;

create or replace function pg_catalog.show_procedure_parameters(in_database text, in_schema text, in_routine text) returns table (
    database_name varchar, schema_name varchar, procedure_name varchar, parameter_name varchar,
    ordinal_position integer, parameter_type varchar, data_type varchar,
    character_maximum_length integer, numeric_precision integer, numeric_scale integer
) language sql stable begin atomic
    select r.database_name, r.schema_name, r.routine_name, p.proargnames[a.place]::varchar, a.place::integer,
        'IN'::varchar, format_type(a.kind, null)::varchar, null::integer, null::integer, null::integer
    from pg_internal.routines r join pg_proc p on p.oid = r.oid
        cross join lateral unnest(p.proargtypes) with ordinality a(kind, place)
    where pg_internal.here(in_database) and r.schema_name = in_schema and r.routine_name = in_routine
        and r.prokind = 'p' order by 5;
end;
create or replace function pg_catalog.show_function_parameters(in_database text, in_schema text, in_routine text) returns table (
    database_name varchar, schema_name varchar, function_name varchar, parameter_name varchar,
    ordinal_position integer, parameter_type varchar, data_type varchar,
    character_maximum_length integer, numeric_precision integer, numeric_scale integer
) language sql stable begin atomic
    select r.database_name, r.schema_name, r.routine_name, p.proargnames[a.place]::varchar, a.place::integer,
        'IN'::varchar, format_type(a.kind, null)::varchar, null::integer, null::integer, null::integer
    from pg_internal.routines r join pg_proc p on p.oid = r.oid
        cross join lateral unnest(p.proargtypes) with ordinality a(kind, place)
    where pg_internal.here(in_database) and r.schema_name = in_schema and r.routine_name = in_routine
        and r.prokind = 'f'
    union all
    select r.database_name, r.schema_name, r.routine_name, ''::varchar, 0, 'RETURN'::varchar, r.return_type,
        null::integer, null::integer, null::integer
    from pg_internal.routines r
    where pg_internal.here(in_database) and r.schema_name = in_schema and r.routine_name = in_routine
        and r.prokind = 'f' order by 5;
end;
