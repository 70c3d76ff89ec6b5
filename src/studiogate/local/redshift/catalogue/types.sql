-- SUPER and VARBYTE with the type numbers they have at AWS (4000 and 6551), by which drivers know
-- them.  SUPER is JSON text inside, VARBYTE the hexadecimal digits that Redshift sends.
set allow_system_table_mods = on;

create type pg_catalog.super;
update pg_type set oid = 4000 where typname = 'super' and typnamespace = 'pg_catalog'::regnamespace;
create function pg_catalog.super_in(cstring) returns super language internal immutable strict as 'json_in';
create function pg_catalog.super_out(super) returns cstring language internal immutable strict as 'json_out';
create function pg_catalog.super_recv(internal) returns super language internal immutable strict as 'json_recv';
create function pg_catalog.super_send(super) returns bytea language internal immutable strict as 'json_send';
create type pg_catalog.super (
    input = pg_catalog.super_in, output = pg_catalog.super_out,
    receive = pg_catalog.super_recv, send = pg_catalog.super_send, like = json
);

create type pg_catalog.varbyte;
update pg_type set oid = 6551 where typname = 'varbyte' and typnamespace = 'pg_catalog'::regnamespace;
create function pg_catalog.varbyte_in(cstring) returns varbyte language internal immutable strict as 'textin';
create function pg_catalog.varbyte_out(varbyte) returns cstring language internal immutable strict as 'textout';
create function pg_catalog.varbyte_recv(internal) returns varbyte language internal immutable strict as 'textrecv';
create function pg_catalog.varbyte_send(varbyte) returns bytea language internal immutable strict as 'textsend';
create type pg_catalog.varbyte (
    input = pg_catalog.varbyte_in, output = pg_catalog.varbyte_out,
    receive = pg_catalog.varbyte_recv, send = pg_catalog.varbyte_send,
    typmod_in = varchartypmodin, typmod_out = varchartypmodout, like = bytea
);

-- What is inside, without a change: `rtrim1` gives digits back as they are.
create function pg_catalog.varbyte_of_hex(text) returns varbyte language internal immutable strict as 'rtrim1';
create function pg_catalog.hex_of_varbyte(varbyte) returns text language internal immutable strict as 'rtrim1';

create cast (json as super) without function;
create cast (super as json) without function;

create function pg_catalog.super_of(text) returns super language sql immutable strict
    return to_json($1)::super;
create function pg_catalog.super_of(varchar) returns super language sql immutable strict
    return to_json($1::text)::super;
create function pg_catalog.super_of(bigint) returns super language sql immutable strict
    return to_json($1)::super;
create function pg_catalog.super_of(integer) returns super language sql immutable strict
    return to_json($1)::super;
create function pg_catalog.super_of(numeric) returns super language sql immutable strict
    return to_json($1)::super;
create function pg_catalog.super_of(float8) returns super language sql immutable strict
    return to_json($1)::super;
create function pg_catalog.super_of(boolean) returns super language sql immutable strict
    return to_json($1)::super;
create cast (text as super) with function pg_catalog.super_of(text);
create cast (varchar as super) with function pg_catalog.super_of(varchar);
create cast (bigint as super) with function pg_catalog.super_of(bigint) as assignment;
create cast (integer as super) with function pg_catalog.super_of(integer) as assignment;
create cast (numeric as super) with function pg_catalog.super_of(numeric) as assignment;
create cast (float8 as super) with function pg_catalog.super_of(float8) as assignment;
create cast (boolean as super) with function pg_catalog.super_of(boolean) as assignment;

-- A scalar as text; objects and arrays give NULL when cast, as in Redshift.
create function pg_catalog.super_text(super) returns text language sql immutable strict
    return case when json_typeof($1::json) in ('object', 'array') then null else $1::json #>> '{}' end;
create function pg_catalog.super_varchar(super) returns varchar language sql immutable strict
    return super_text($1)::varchar;
create function pg_catalog.super_int4(super) returns integer language sql immutable strict
    return super_text($1)::numeric::integer;
create function pg_catalog.super_int8(super) returns bigint language sql immutable strict
    return super_text($1)::numeric::bigint;
create function pg_catalog.super_numeric(super) returns numeric language sql immutable strict
    return super_text($1)::numeric;
create function pg_catalog.super_float8(super) returns float8 language sql immutable strict
    return super_text($1)::float8;
create function pg_catalog.super_boolean(super) returns boolean language sql immutable strict
    return super_text($1)::boolean;
create cast (super as text) with function pg_catalog.super_text(super);
create cast (super as varchar) with function pg_catalog.super_varchar(super);
create cast (super as integer) with function pg_catalog.super_int4(super);
create cast (super as bigint) with function pg_catalog.super_int8(super);
create cast (super as numeric) with function pg_catalog.super_numeric(super);
create cast (super as float8) with function pg_catalog.super_float8(super);
create cast (super as boolean) with function pg_catalog.super_boolean(super);

create function pg_catalog.varbyte_of(text) returns varbyte language sql immutable strict
    return varbyte_of_hex(encode(convert_to($1, 'UTF8'), 'hex'));
create function pg_catalog.varbyte_of(varchar) returns varbyte language sql immutable strict
    return varbyte_of_hex(encode(convert_to($1, 'UTF8'), 'hex'));
create function pg_catalog.varbyte_text(varbyte) returns text language sql immutable strict
    return convert_from(decode(hex_of_varbyte($1), 'hex'), 'UTF8');
create function pg_catalog.varbyte_varchar(varbyte) returns varchar language sql immutable strict
    return varbyte_text($1)::varchar;
create cast (text as varbyte) with function pg_catalog.varbyte_of(text);
create cast (varchar as varbyte) with function pg_catalog.varbyte_of(varchar);
create cast (varbyte as text) with function pg_catalog.varbyte_text(varbyte);
create cast (varbyte as varchar) with function pg_catalog.varbyte_varchar(varbyte);

-- Both are compared byte by byte, which needs no collation.
do $operators$
declare
    kind text;
    part record;
begin
    foreach kind in array array['super', 'varbyte'] loop
        for part in select * from (values
            ('eq', '='), ('ne', '<>'), ('lt', '<'), ('le', '<='), ('gt', '>'), ('ge', '>=')
        ) as p(suffix, sign) loop
            execute format('create function pg_catalog.%1$s_%2$s(%1$s, %1$s) returns boolean '
                'language internal immutable strict as ''bytea%2$s''', kind, part.suffix);
            execute format('create operator pg_catalog.%3$s (leftarg = %1$s, rightarg = %1$s, '
                'function = pg_catalog.%1$s_%2$s)', kind, part.suffix, part.sign);
        end loop;
        execute format('create function pg_catalog.%1$s_cmp(%1$s, %1$s) returns integer '
            'language internal immutable strict as ''byteacmp''', kind);
        execute format('create operator class pg_catalog.%1$s_ops default for type %1$s using btree as '
            'operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, '
            'function 1 pg_catalog.%1$s_cmp(%1$s, %1$s)', kind);
    end loop;
end
$operators$;

reset allow_system_table_mods;
