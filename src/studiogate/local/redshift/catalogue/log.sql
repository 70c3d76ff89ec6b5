-- What ran, by whom and from where: Redshift's views over the tables that the front writes
-- (`engine/setup.py`).  One sees one's own rows, the administrator all (AWS's "Visibility of data
-- in system tables and views").
set allow_system_table_mods = on;

create view pg_internal.statements with (security_barrier) as
    select s.*, coalesce((select u.usesysid from pg_user u where u.usename = s.usename), 0)::integer as userid,
        s.at at time zone 'UTC' as starttime, s.ended at time zone 'UTC' as endtime,
        s.details ->> 'query_group' as label, s.details ->> 'error' as error
    from pg_journal.statements s where pg_journal.sees(s.usename);
create view pg_internal.connections with (security_barrier) as
    select c.* from pg_journal.connections c where pg_journal.sees(c.usename);

create view pg_catalog.stl_query as
    select userid, query, coalesce(label, 'default')::varchar(320) as label, query as xid, pid,
        database::varchar(32) as database, text::varchar(4000) as querytxt, starttime, endtime,
        (status = 'cancelled' or status = 'failed')::integer as aborted, 0 as insert_pristine,
        0 as concurrency_scaling_status
    from pg_internal.statements;
create view pg_internal.pieces as
    select s.userid, s.query, s.pid, coalesce(s.label, 'default') as label, s.starttime, s.endtime,
        n as sequence, substr(s.text, n * 200 + 1, 200) as text,
        case when s.text ~* '^[[:space:]]*(select|with|insert|update|delete)' then 'QUERY'
            when s.text ~* '^[[:space:]]*(create|alter|drop|grant|revoke|truncate)' then 'DDL'
            else 'UTILITY' end as type
    from pg_internal.statements s cross join lateral generate_series(0, greatest(length(s.text) - 1, 0) / 200) n;
create view pg_catalog.stl_querytext as
    select userid, query as xid, pid, query, sequence, text::char(200) as text from pg_internal.pieces;
create view pg_catalog.stl_ddltext as
    select userid, query as xid, pid, label::varchar(320) as label, starttime, endtime, sequence,
        text::char(200) as text from pg_internal.pieces where type = 'DDL';
create view pg_catalog.stl_utilitytext as
    select userid, query as xid, pid, label::varchar(320) as label, starttime, endtime, sequence,
        text::char(200) as text from pg_internal.pieces where type = 'UTILITY';
create view pg_catalog.svl_statementtext as
    select userid, query as xid, pid, label::varchar(320) as label, starttime, endtime, sequence,
        type::varchar(10) as type, text::char(200) as text from pg_internal.pieces;
create view pg_catalog.svl_qlog as
    select userid, query, query as xid, pid, starttime, endtime,
        (extract(epoch from endtime - starttime) * 1000000)::bigint as elapsed,
        (status in ('cancelled', 'failed'))::integer as aborted, label::varchar(320) as label,
        substr(text, 1, 60)::char(60) as substring, null::bigint as source_query,
        null::text as concurrency_scaling_status_txt, 0 as from_sp_call
    from pg_internal.statements;
create view pg_catalog.sys_query_history as
    select userid as user_id, query as query_id, label::varchar(320) as query_label, query as transaction_id,
        pid as session_id, database::char(128) as database_name,
        (case when text ~* '^[[:space:]]*(select|with)' then 'SELECT'
            when text ~* '^[[:space:]]*insert' then 'INSERT'
            when text ~* '^[[:space:]]*update' then 'UPDATE'
            when text ~* '^[[:space:]]*delete' then 'DELETE'
            when text ~* '^[[:space:]]*(create|alter|drop|grant|revoke|truncate)' then 'DDL'
            else 'UTILITY' end)::varchar(32) as query_type,
        (case status when 'cancelled' then 'canceled' else status end)::char(10) as status,
        false as result_cache_hit, starttime as start_time, endtime as end_time,
        (extract(epoch from endtime - starttime) * 1000000)::bigint as elapsed_time,
        0::bigint as queue_time, (extract(epoch from endtime - starttime) * 1000000)::bigint as execution_time,
        coalesce(error, '')::char(512) as error_message, rows as returned_rows, 0::bigint as returned_bytes,
        text::char(4000) as query_text, usename::char(256) as username
    from pg_internal.statements;
create view pg_catalog.stl_connection_log as
    select event::char(50) as event, at at time zone 'UTC' as recordtime, network::char(45) as remotehost,
        ''::char(32) as remoteport, pid, database::char(50) as dbname, usename::char(50) as username,
        'password'::char(32) as authmethod, 0 as duration,
        'TLSv1.3'::char(50) as sslversion, null::char(128) as sslcipher, 0 as mtu,
        null::char(64) as sslcompression, null::char(64) as sslexpansion, null::char(64) as iamauthguid,
        application::char(250) as application_name, ''::char(64) as driver_version, ''::char(64) as os_version,
        null::char(32) as plugin_name
    from pg_internal.connections;
create view pg_catalog.sys_connection_log as
    select event, recordtime as record_time, remotehost as remote_host, remoteport as remote_port,
        pid as session_id, dbname as database_name, username as user_name, authmethod as auth_method,
        duration, sslversion as ssl_version, application_name, driver_version, os_version
    from pg_catalog.stl_connection_log;

create view pg_catalog.stv_sessions as
    select a.backend_start at time zone 'UTC' as starttime, a.pid as process,
        a.usename::char(50) as user_name, a.datname::char(50) as db_name, 0 as timeout_sec
    from pg_stat_activity a
    where a.backend_type = 'client backend' and a.datname = current_database()
        and (a.usename = current_user or pg_has_role('pg_read_all_data', 'MEMBER'));
create view pg_catalog.stv_recents as
    select a.usesysid::integer as userid, (case a.state when 'active' then 'Running' else 'Done' end)::char(20) as status,
        a.query_start at time zone 'UTC' as starttime,
        (extract(epoch from case a.state when 'active' then clock_timestamp() else a.state_change end
            - a.query_start) * 1000000)::integer as duration,
        a.usename::char(50) as user_name, a.datname::char(50) as db_name, a.query::char(600) as query, a.pid
    from pg_stat_activity a
    where a.backend_type = 'client backend' and a.datname = current_database() and a.query <> ''
        and (a.usename = current_user or pg_has_role('pg_read_all_data', 'MEMBER'));
create view pg_catalog.stv_inflight as
    select userid, 0 as slice, 0::bigint as query, 'default'::char(30) as label, 0::bigint as xid, pid, starttime,
        query::char(100) as text, 0 as suspended, 0 as insert_pristine
    from pg_catalog.stv_recents where status = 'Running';

create or replace function pg_catalog.pg_last_query_id() returns bigint language sql stable
    return coalesce((select max(query) from pg_internal.statements where pid = pg_backend_pid()), -1);

reset allow_system_table_mods;
