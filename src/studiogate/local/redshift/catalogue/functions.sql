-- Functions that Redshift has and PostgreSQL has not, where a function is enough.

create or replace function pg_catalog.version() returns text language sql stable
    return 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 '
        '(Red Hat 3.4.2-6.fc3), Redshift 1.0.0 (emulated by studiogate)';

-- Time: without a zone it is UTC.
create or replace function pg_catalog.getdate() returns timestamp language sql stable
    return date_trunc('second', statement_timestamp() at time zone 'UTC');
create or replace function pg_catalog.sysdate() returns timestamp language sql stable
    return transaction_timestamp() at time zone 'UTC';

create or replace function pg_catalog.datepart_interval(part text) returns interval language plpgsql immutable strict as $body$
begin
    return case
        when part in ('microsecond', 'microsec', 'microsecs', 'microseconds', 'usec', 'usecs', 'us') then interval '1 microsecond'
        when part in ('millisecond', 'millisec', 'millisecs', 'milliseconds', 'msec', 'msecs', 'ms') then interval '1 millisecond'
        when part in ('second', 'seconds', 'sec', 'secs', 's') then interval '1 second'
        when part in ('minute', 'minutes', 'min', 'mins', 'm') then interval '1 minute'
        when part in ('hour', 'hours', 'hr', 'hrs', 'h') then interval '1 hour'
        when part in ('day', 'days', 'd', 'dayofyear', 'doy', 'dy', 'yearday') then interval '1 day'
        when part in ('week', 'weeks', 'w') then interval '7 days'
        when part in ('month', 'months', 'mon', 'mons') then interval '1 month'
        when part in ('quarter', 'quarters', 'qtr', 'qtrs') then interval '3 months'
        when part in ('year', 'years', 'y', 'yr', 'yrs') then interval '1 year'
        when part in ('decade', 'decades', 'dec', 'decs') then interval '10 years'
        when part in ('century', 'centuries', 'c', 'cent', 'cents') then interval '100 years'
        when part in ('millennium', 'millennia', 'mil', 'mils') then interval '1000 years'
    end;
end
$body$;

create or replace function pg_catalog.datepart_checked(part text) returns interval language plpgsql immutable as $body$
declare
    unit interval := datepart_interval(lower(part));
begin
    if unit is null then
        raise exception 'timestamp units "%" not recognized', part using errcode = '22023';
    end if;
    return unit;
end
$body$;

create or replace function pg_catalog.dateadd(text, bigint, timestamp) returns timestamp language sql immutable strict
    return $3 + $2 * datepart_checked($1);
create or replace function pg_catalog.dateadd(text, bigint, timestamptz) returns timestamptz language sql stable strict
    return $3 + $2 * datepart_checked($1);
create or replace function pg_catalog.dateadd(text, bigint, date) returns timestamp language sql immutable strict
    return $3 + $2 * datepart_checked($1);
create or replace function pg_catalog.dateadd(text, bigint, time) returns time language sql immutable strict
    return $3 + $2 * datepart_checked($1);

-- How many boundaries of a part of the date lie between the two.
create or replace function pg_catalog.datediff(text, timestamp, timestamp) returns bigint language plpgsql immutable strict as $body$
declare
    unit interval := datepart_checked($1);
    months bigint := (extract(year from $3) - extract(year from $2)) * 12 + extract(month from $3) - extract(month from $2);
    years bigint := extract(year from unit);
begin
    return case
        when years > 0 then
            div(extract(year from $3), years)::bigint - div(extract(year from $2), years)::bigint
        when unit = interval '3 months' then
            (extract(year from $3) - extract(year from $2)) * 4 + extract(quarter from $3) - extract(quarter from $2)
        when unit = interval '1 month' then months
        when unit = interval '7 days' then
            (date_trunc('week', $3 + interval '1 day')::date - date_trunc('week', $2 + interval '1 day')::date) / 7
        when unit = interval '1 day' then $3::date - $2::date
        else floor(extract(epoch from $3) / extract(epoch from unit)) - floor(extract(epoch from $2) / extract(epoch from unit))
    end;
end
$body$;
create or replace function pg_catalog.datediff(text, date, date) returns bigint language sql immutable strict
    return datediff($1, $2::timestamp, $3::timestamp);
create or replace function pg_catalog.datediff(text, timestamptz, timestamptz) returns bigint language sql stable strict
    return datediff($1, $2 at time zone 'UTC', $3 at time zone 'UTC');
create or replace function pg_catalog.date_diff(text, timestamp, timestamp) returns bigint language sql immutable strict
    return datediff($1, $2, $3);
create or replace function pg_catalog.date_trunc(text, date) returns timestamp language sql immutable strict
    return date_trunc($1, $2::timestamp);
create or replace function pg_catalog.datepart(text, timestamp) returns float8 language sql immutable strict
    return date_part($1, $2);
create or replace function pg_catalog.date_part_year(date) returns integer language sql immutable strict
    return extract(year from $1)::integer;
create or replace function pg_catalog.trunc(timestamp) returns date language sql immutable strict return $1::date;
create or replace function pg_catalog.last_day(timestamp) returns date language sql immutable strict
    return (date_trunc('month', $1) + interval '1 month - 1 day')::date;
create or replace function pg_catalog.add_months(timestamp, bigint) returns timestamp language sql immutable strict
    return case when $1::date = last_day($1)
        then last_day($1::date + $2 * interval '1 month') + $1::time
        else $1 + $2 * interval '1 month' end;
create or replace function pg_catalog.months_between(timestamp, timestamp) returns float8 language sql immutable strict
    return case
        when extract(day from $1) = extract(day from $2)
            or ($1::date = last_day($1) and $2::date = last_day($2))
        then datediff('month', $2, $1)::float8
        else datediff('month', $2, $1) + (extract(epoch from $1 - date_trunc('month', $1))
            - extract(epoch from $2 - date_trunc('month', $2))) / (31 * 86400.0)
    end::float8;
create or replace function pg_catalog.convert_timezone(text, timestamp) returns timestamp language sql stable strict
    return $2 at time zone 'UTC' at time zone $1;
create or replace function pg_catalog.convert_timezone(text, text, timestamp) returns timestamp language sql stable strict
    return $3 at time zone $1 at time zone $2;

-- Text.
create or replace function pg_catalog.len(text) returns integer language sql immutable strict return length($1);
create or replace function pg_catalog.len(varbyte) returns integer language sql immutable strict
    return length(hex_of_varbyte($1)) / 2;
create or replace function pg_catalog.charindex(text, text) returns integer language sql immutable strict
    return strpos($2, $1);
create or replace function pg_catalog.space(integer) returns text language sql immutable strict return repeat(' ', $1);
create or replace function pg_catalog.replicate(text, integer) returns text language sql immutable strict
    return repeat($1, $2);
create or replace function pg_catalog.regexp_replace(text, text) returns text language sql immutable strict
    return regexp_replace($1, $2, '', 'g');
create or replace function pg_catalog.strtol(text, integer) returns bigint language plpgsql immutable strict as $body$
declare
    digits text := lower(ltrim(ltrim($1), '+-'));
    value numeric := 0;
    digit integer;
begin
    if $2 not between 2 and 36 then
        raise exception 'The input % is not in the range of 2 to 36', $2 using errcode = '22023';
    end if;
    if $2 = 16 and left(digits, 2) = '0x' then digits := substr(digits, 3); end if;
    for at in 1..length(digits) loop
        digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(digits, at, 1)) - 1;
        if digit < 0 or digit >= $2 then
            raise exception 'The input % is not valid to be converted to base %', $1, $2
                using errcode = '22P02';
        end if;
        value := value * $2 + digit;
    end loop;
    return case when left(ltrim($1), 1) = '-' then -value else value end;
end
$body$;
create or replace function pg_catalog.sha2(text, integer) returns text language sql immutable strict
    return case $2
        when 0 then encode(sha256(convert_to($1, 'UTF8')), 'hex')
        when 224 then encode(sha224(convert_to($1, 'UTF8')), 'hex')
        when 256 then encode(sha256(convert_to($1, 'UTF8')), 'hex')
        when 384 then encode(sha384(convert_to($1, 'UTF8')), 'hex')
        when 512 then encode(sha512(convert_to($1, 'UTF8')), 'hex')
    end;

-- VARBYTE.
create or replace function pg_catalog.to_varbyte(text, text) returns varbyte language plpgsql immutable strict as $body$
begin
    return case lower($2)
        when 'hex' then varbyte_of_hex(encode(decode($1, 'hex'), 'hex'))
        when 'base64' then varbyte_of_hex(encode(decode($1, 'base64'), 'hex'))
        when 'utf8' then varbyte_of($1)
        when 'utf-8' then varbyte_of($1)
    end;
end
$body$;
create or replace function pg_catalog.from_varbyte(varbyte, text) returns text language plpgsql immutable strict as $body$
begin
    return case lower($2)
        when 'hex' then hex_of_varbyte($1)
        when 'base64' then encode(decode(hex_of_varbyte($1), 'hex'), 'base64')
        when 'utf8' then varbyte_text($1)
        when 'utf-8' then varbyte_text($1)
    end;
end
$body$;
create or replace function pg_catalog.from_hex(text) returns varbyte language sql immutable strict
    return to_varbyte($1, 'hex');
create or replace function pg_catalog.to_hex(varbyte) returns text language sql immutable strict
    return hex_of_varbyte($1);
create or replace function pg_catalog.octet_length(varbyte) returns integer language sql immutable strict
    return len($1);

-- SUPER and JSON text.  JSON is kept without blanks between its tokens, as Redshift shows it.
create or replace function pg_catalog.json_parse(text) returns super language sql immutable strict
    return regexp_replace($1::json::text, E'("(?:\\\\.|[^"\\\\])*")|[[:space:]]+', E'\\1', 'g')::json::super;
create or replace function pg_catalog.super_serialized(super) returns text language sql immutable strict
    return $1::json::text;
create or replace function pg_catalog.is_valid_json(text) returns boolean language sql immutable strict
    return $1 is json object;
create or replace function pg_catalog.is_valid_json_array(text) returns boolean language sql immutable strict
    return $1 is json array;
create or replace function pg_catalog.json_extract_path_text(text, variadic text[]) returns text language sql immutable strict
    return coalesce(json_extract_path_text($1::json, variadic $2), '');
create or replace function pg_catalog.json_array_length(text) returns integer language sql immutable strict
    return json_array_length($1::json);
create or replace function pg_catalog.json_extract_array_element_text(text, integer) returns text language sql immutable strict
    return $1::json ->> $2;
create or replace function pg_catalog.get_array_length(super) returns integer language sql immutable strict
    return case when json_typeof($1::json) = 'array' then json_array_length($1::json) end;
create or replace function pg_catalog.is_array(super) returns boolean language sql immutable strict
    return json_typeof($1::json) = 'array';
create or replace function pg_catalog.is_object(super) returns boolean language sql immutable strict
    return json_typeof($1::json) = 'object';
create or replace function pg_catalog.json_typeof(super) returns text language sql immutable strict
    return json_typeof($1::json);

-- The session and the catalogue.
create or replace function pg_catalog.current_user_id() returns integer language sql stable
    return (select usesysid::integer from pg_user where usename = current_user);
create or replace function pg_catalog.format_encoding(integer) returns text language sql immutable strict
    return case $1 when 0 then 'none' when 1 then 'raw' when 2 then 'bytedict' when 3 then 'delta'
        when 4 then 'delta32k' when 5 then 'lzo' when 6 then 'mostly8' when 7 then 'mostly16'
        when 8 then 'mostly32' when 9 then 'runlength' when 10 then 'text255' when 11 then 'text32k'
        when 12 then 'zstd' when 13 then 'az64' end;
create or replace function pg_catalog.pg_get_late_binding_view_cols() returns setof record language plpgsql stable as $body$
begin
    return;
end
$body$;
create or replace function pg_catalog.pg_get_cols(text) returns setof record language plpgsql stable as $body$
begin
    return;
end
$body$;
