-- Redshift's views over the catalogue.  Names and columns: AWS's "SVV metadata views" and
-- "System catalog tables".  Superusers see all, others what they have a privilege on.
set allow_system_table_mods = on;

create view pg_catalog.svv_redshift_databases as
    select datname::varchar(128) as database_name, datdba::integer as database_owner,
        'local'::varchar(32) as database_type, array_to_string(datacl, ',')::varchar(128) as database_acl,
        ''::varchar(128) as database_options, 'Snapshot Isolation'::varchar(128) as database_isolation_level,
        null::varchar(128) as parameters
    from pg_database where datallowconn and not datistemplate and datname <> 'padb_harvest';
create view pg_catalog.svv_all_databases as select * from pg_catalog.svv_redshift_databases;

create view pg_catalog.svv_redshift_schemas as
    select current_database()::varchar(128) as database_name, nspname::varchar(128) as schema_name,
        nspowner::integer as schema_owner, 'local'::varchar(128) as schema_type,
        array_to_string(nspacl, ',')::varchar(128) as schema_acl, ''::varchar(128) as schema_option
    from pg_namespace
    where nspname not in ('pg_toast', 'pg_internal', 'pg_journal')
        and not pg_is_other_temp_schema(oid) and nspname not like 'pg!_toast!_temp!_%' escape '!'
        and has_schema_privilege(oid, 'USAGE');
create view pg_catalog.svv_all_schemas as
    select database_name, schema_name, schema_owner, schema_type, schema_acl,
        null::varchar(128) as source_database, schema_option from pg_catalog.svv_redshift_schemas;

create view pg_catalog.svv_redshift_tables as
    select database_name, schema_name, table_name, table_type, acl as table_acl, remarks, owner as table_owner
    from pg_internal.relations where schema_name <> 'pg_catalog';
create view pg_catalog.svv_all_tables as
    select database_name, schema_name, table_name, acl as table_acl, table_type, remarks
    from pg_internal.relations where schema_name <> 'pg_catalog';
create view pg_catalog.svv_tables as
    select database_name as table_catalog, schema_name as table_schema, table_name,
        case table_type when 'TABLE' then 'BASE TABLE' else table_type end::varchar(128) as table_type, remarks
    from pg_internal.relations;

create view pg_catalog.svv_redshift_columns as
    select database_name, schema_name, table_name, column_name, ordinal_position, data_type,
        column_default, is_nullable, encoding, attisdistkey as distkey, attsortkeyord as sortkey,
        column_acl, remarks from pg_internal.columns where schema_name <> 'pg_catalog';
create view pg_catalog.svv_all_columns as
    select database_name, schema_name, table_name, column_name, ordinal_position, column_default,
        is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, remarks
    from pg_internal.columns where schema_name <> 'pg_catalog';
create view pg_catalog.svv_columns as
    select database_name as table_catalog, schema_name as table_schema, table_name, column_name,
        ordinal_position, column_default, is_nullable, data_type, character_maximum_length,
        numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision,
        null::varchar(128) as interval_type, null::varchar(128) as interval_precision,
        null::varchar(128) as character_set_catalog, null::varchar(128) as character_set_schema,
        null::varchar(128) as character_set_name, null::varchar(128) as collation_catalog,
        null::varchar(128) as collation_schema, null::varchar(128) as collation_name,
        null::varchar(128) as domain_name, remarks
    from pg_internal.columns;

create view pg_catalog.svv_external_databases as
    select null::integer as eskind, null::text as esoptions, null::text as databasename,
        null::text as location, null::text as parameters where false;
create view pg_catalog.svv_external_schemas as
    select null::oid as esoid, null::smallint as eskind, null::text as schemaname, null::oid as esowner,
        null::text as databasename, null::text as esoptions where false;
create view pg_catalog.svv_external_tables as
    select null::text as redshift_database_name, null::text as schemaname, null::text as tablename,
        null::text as tabletype, null::text as location, null::text as input_format,
        null::text as output_format, null::text as serialization_lib, null::text as serde_parameters,
        null::integer as compressed, null::text as parameters where false;
create view pg_catalog.svv_external_columns as
    select null::text as redshift_database_name, null::text as schemaname, null::text as tablename,
        null::text as columnname, null::text as external_type, null::integer as columnnum,
        null::integer as part_key, null::text as is_nullable where false;
create view pg_catalog.svv_external_partitions as
    select null::text as schemaname, null::text as tablename, null::text as "values",
        null::text as location where false;
create view pg_catalog.svv_datashares as
    select null::text as share_name, null::text as share_type where false;

-- Only tables of schemas on the search path, as in Redshift.
create view pg_catalog.pg_table_def as
    select schema_name::name as schemaname, table_name::name as tablename, column_name::name as "column",
        full_type as type, encoding, attisdistkey as distkey, attsortkeyord as sortkey, attnotnull as "notnull"
    from pg_internal.columns
    where schema_name::name = any (current_schemas(false)) and relkind = 'r';

create view pg_catalog.svv_table_info as
    select r.database_name as database, r.schema_name as schema, r.oid as table_id, r.table_name as "table",
        case when exists (select 1 from pg_internal.spread s where s.relation = r.oid
            and s.encodings <> '{}') then 'Y' else 'N' end::text as encoded,
        case r.reldiststyle when 0 then 'EVEN' when 8 then 'ALL' when 9 then 'AUTO(ALL)'
            else 'KEY(' || (select s.dist_key from pg_internal.spread s where s.relation = r.oid)
                || ')' end::text as diststyle,
        (select case when s.interleaved then 'INTERLEAVED' else s.sort_keys[1] end
            from pg_internal.spread s where s.relation = r.oid)::text as sortkey1,
        (select max(c.character_maximum_length) from pg_internal.columns c
            where c.oid = r.oid and c.data_type = 'character varying')::integer as max_varchar,
        ''::char(32) as sortkey1_enc,
        coalesce((select cardinality(s.sort_keys) from pg_internal.spread s
            where s.relation = r.oid), 0)::integer as sortkey_num,
        ceil(pg_total_relation_size(r.oid) / 1048576.0)::bigint as size, 0::numeric(10, 4) as pct_used,
        0::bigint as empty, 0::numeric(5, 2) as unsorted, 0::numeric(5, 2) as stats_off,
        greatest(r.reltuples, 0)::numeric(38, 0) as tbl_rows, null::numeric(19, 2) as skew_sortkey1,
        null::numeric(19, 2) as skew_rows, greatest(r.reltuples, 0)::numeric(38, 0) as estimated_visible_rows,
        null::text as risk_event, 0::numeric(12, 2) as vacuum_sort_benefit, null::timestamp as create_time
    from pg_internal.relations r
    where r.relkind = 'r' and r.schema_name not in ('pg_catalog', 'information_schema');

-- People, groups, roles and what they may.
create view pg_catalog.svl_user_info as
    select usename, usesysid, usecreatedb, usesuper, false as usecatupd, null::text as useconnlimit,
        'RESTRICTED'::text as syslogaccess, null::timestamp as last_ddl_ts, 0 as sessiontimeout,
        null::text as external_user_id
    from pg_user where usename = current_user or pg_has_role('pg_read_all_data', 'MEMBER');
create view pg_catalog.svv_user_info as
    select usename::text as user_name, usesysid::integer as user_id, usecreatedb as createdb,
        usesuper as superuser, false as catalog_update, 'UNLIMITED'::text as connection_limit,
        'RESTRICTED'::text as syslog_access, null::timestamp as last_ddl_timestamp, 0 as session_timeout,
        null::text as external_user_id from pg_user;
create view pg_catalog.svv_roles as
    select oid::integer as role_id, rolname::text as role_name, ''::text as role_owner,
        null::text as external_id from pg_roles
    where not rolcanlogin and rolname not like 'pg!_%' escape '!';
create view pg_catalog.svv_user_grants as
    select m.member::integer as user_id, u.rolname::text as user_name, m.roleid::integer as role_id,
        g.rolname::text as role_name, m.admin_option
    from pg_auth_members m join pg_roles u on u.oid = m.member join pg_roles g on g.oid = m.roleid
    where u.rolcanlogin and (u.rolname = current_user or pg_has_role('pg_read_all_data', 'MEMBER'));
create view pg_catalog.svv_role_grants as
    select m.member::integer as role_id, u.rolname::text as role_name, m.roleid::integer as granted_role_id,
        g.rolname::text as granted_role_name
    from pg_auth_members m join pg_roles u on u.oid = m.member join pg_roles g on g.oid = m.roleid
    where not u.rolcanlogin and u.rolname not like 'pg!_%' escape '!';

create view pg_internal.grants as
    select r.oid, r.database_name, r.schema_name, r.table_name, r.owner as grantor,
        a.privilege_type::text as privilege_type, a.grantee::integer as identity_id,
        coalesce(i.rolname::text, 'public') as identity_name,
        case when i.oid is null then 'public' when i.rolcanlogin then 'user' else 'group' end as identity_type,
        a.is_grantable as admin_option
    from pg_internal.relations r join pg_class c on c.oid = r.oid
        cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
        left join pg_roles i on i.oid = a.grantee
    where r.schema_name not in ('pg_catalog', 'information_schema')
        and a.privilege_type not in ('TRIGGER', 'MAINTAIN');
grant select on pg_internal.grants to public;
create view pg_catalog.svv_relation_privileges as
    select schema_name as namespace_name, table_name as relation_name, privilege_type, identity_id,
        identity_name, identity_type, admin_option, 'TABLE'::text as privilege_scope,
        grantor as grantor_name
    from pg_internal.grants;
create view pg_catalog.svv_schema_privileges as
    select n.nspname::text as namespace_name, a.privilege_type::text as privilege_type,
        a.grantee::integer as identity_id, coalesce(i.rolname::text, 'public') as identity_name,
        case when i.oid is null then 'public' when i.rolcanlogin then 'user' else 'group' end as identity_type,
        a.is_grantable as admin_option, 'SCHEMA'::text as privilege_scope
    from pg_namespace n cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
        left join pg_roles i on i.oid = a.grantee
    where n.nspname not like 'pg!_%' escape '!'
        and n.nspname not in ('information_schema', 'pg_internal', 'pg_journal')
        and has_schema_privilege(n.oid, 'USAGE');

create view pg_catalog.pg_proc_info as
    select p.oid as prooid, p.proname, p.pronamespace, p.proowner, p.prolang, p.prosecdef,
        p.provolatile, p.pronargs, p.prorettype, p.proargtypes, p.proallargtypes, p.proargmodes,
        p.proargnames, p.prosrc, p.prokind
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname not in ('pg_catalog', 'information_schema', 'pg_internal', 'pg_journal');

reset allow_system_table_mods;
