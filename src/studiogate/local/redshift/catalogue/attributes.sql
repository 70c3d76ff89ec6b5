-- `pg_class`, `pg_attribute` and `pg_attrdef` with the columns that only Redshift's have; and the
-- two views that all others stand on: relations and columns that one may see.

create view pg_internal.pg_class as
    select c.*, case coalesce(s.style, 'AUTO') when 'EVEN' then 0 when 'KEY' then 1
        when 'ALL' then 8 else 9 end::smallint as reldiststyle
    from pg_catalog.pg_class c left join pg_internal.spread s on s.relation = c.oid;

create view pg_internal.pg_attribute as
    select a.attrelid, a.attname, a.atttypid, a.attlen, a.attnum, a.attndims,
        a.atttypmod, a.attbyval, a.attalign, a.attstorage, a.attnotnull, a.atthasdef,
        a.attidentity, a.attisdropped, a.attislocal, a.attinhcount, a.attcollation, a.attacl,
        coalesce(array_position(array['none', 'raw', 'bytedict', 'delta', 'delta32k', 'lzo',
            'mostly8', 'mostly16', 'mostly32', 'runlength', 'text255', 'text32k', 'zstd', 'az64'],
            s.encodings ->> a.attname) - 1, 0)::smallint as attencodingtype,
        coalesce(s.dist_key = a.attname, false) as attisdistkey,
        coalesce(array_position(s.sort_keys, a.attname::text)
            * case when s.interleaved and array_position(s.sort_keys, a.attname::text) % 2 = 0
                then -1 else 1 end, 0)::integer as attsortkeyord
    from pg_catalog.pg_attribute a left join pg_internal.spread s on s.relation = a.attrelid;

create view pg_internal.pg_attrdef as
    select d.*, pg_get_expr(d.adbin, d.adrelid) as adsrc from pg_catalog.pg_attrdef d;

create view pg_internal.relations as
    select c.oid, current_database()::varchar(128) as database_name,
        n.nspname::varchar(128) as schema_name, c.relname::varchar(128) as table_name, c.relkind,
        case when c.relkind in ('v', 'm') then 'VIEW' else 'TABLE' end::varchar(128) as table_type,
        pg_get_userbyid(c.relowner)::varchar(128) as owner, c.relowner,
        array_to_string(c.relacl, ',')::varchar(512) as acl,
        obj_description(c.oid, 'pg_class')::varchar(256) as remarks,
        c.reltuples, c.reldiststyle, c.relnamespace,
        n.nspname like 'pg!_temp!_%' escape '!' as temporary
    from pg_internal.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'f', 'p')
        and n.nspname not in ('pg_toast', 'pg_internal', 'pg_journal')
        and not pg_is_other_temp_schema(n.oid)
        and (pg_has_role(c.relowner, 'USAGE')
            or has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            or has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));

create view pg_internal.columns as
    select r.oid, r.database_name, r.schema_name, r.table_name, r.temporary, r.relkind,
        a.attname::varchar(128) as column_name, a.attnum::integer as ordinal_position,
        coalesce(pg_get_expr(d.adbin, d.adrelid),
            case when a.attidentity <> '' then format('"identity"(%s, %s, ''%s,%s''::text)',
                r.oid, a.attnum - 1, i.seqstart, i.seqincrement) end)::varchar(4000) as column_default,
        case when a.attnotnull then 'NO' else 'YES' end::varchar(3) as is_nullable,
        format_type(a.atttypid, null)::varchar(128) as data_type,
        format_type(a.atttypid, a.atttypmod)::varchar(128) as full_type,
        case when a.atttypid in (1042, 1043, 6551) and a.atttypmod > 4 then a.atttypmod - 4
            end::integer as character_maximum_length,
        case a.atttypid when 21 then 16 when 23 then 32 when 20 then 64 when 700 then 24 when 701 then 53
            when 1700 then case when a.atttypmod > 4 then ((a.atttypmod - 4) >> 16) & 65535 end
            end::integer as numeric_precision,
        case a.atttypid when 1700 then case when a.atttypmod > 4 then (a.atttypmod - 4) & 65535 end
            when 21 then 0 when 23 then 0 when 20 then 0 end::integer as numeric_scale,
        case when a.atttypid in (21, 23, 20, 700, 701) then 2 when a.atttypid = 1700 then 10
            end::integer as numeric_precision_radix,
        case when a.atttypid in (1114, 1184, 1083, 1266) then 6 end::integer as datetime_precision,
        format_encoding(a.attencodingtype::integer)::varchar(128) as encoding,
        a.attisdistkey, a.attsortkeyord, a.attnotnull,
        array_to_string(a.attacl, ',')::varchar(128) as column_acl,
        col_description(r.oid, a.attnum)::varchar(256) as remarks
    from pg_internal.relations r
        join pg_internal.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        left join pg_catalog.pg_depend p on p.refobjid = a.attrelid and p.refobjsubid = a.attnum
            and p.deptype = 'i' and a.attidentity <> ''
            and p.classid = 'pg_catalog.pg_class'::regclass
        left join pg_catalog.pg_sequence i on i.seqrelid = p.objid
    where pg_has_role(r.relowner, 'USAGE')
        or has_column_privilege(r.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES');
