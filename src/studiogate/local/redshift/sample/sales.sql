-- A chain of shops that sells tea and what belongs to it: three years, two regions.  The north
-- sells most in winter, the south in summer, and both grow.  Nothing here is anybody's: names are
-- put together from lists, and every run gives the same rows.
--
-- In Redshift's SQL, as an administrator would write it.

create function pg_temp.chance(n bigint, salt integer) returns double precision
language sql immutable as 'select (hashint8extended($1, $2) & 1048575) / 1048576.0::double precision';
create function pg_temp.one_of(several varchar[], luck double precision) returns varchar
language sql immutable as 'select $1[1 + floor($2 * cardinality($1))::integer]';

create group analysts;

create table stores (
    store_id smallint not null encode raw,
    name varchar(60) not null encode zstd,
    region varchar(5) not null encode bytedict,
    city varchar(40) not null,
    country char(2) not null,
    opened date not null,
    opens_at time not null,
    floor_m2 real,
    latitude double precision not null,
    is_outlet boolean not null default false,
    primary key (store_id)
) diststyle all sortkey (region, store_id);

insert into stores
select n, 'Teehaus ' || city, case when n <= 12 then 'north' else 'south' end, city, country,
    dateadd(month, n * 3, '2012-03-15'::date)::date, ('08:00:00'::time + (n % 3) * interval '30 minutes'),
    case when n % 7 = 0 then null else 80 + n * 7.25 end, latitude, n % 6 = 0
from (values
    (1, 'Malmö', 'SE', 55.605), (2, 'København', 'DK', 55.676), (3, 'Göteborg', 'SE', 57.709),
    (4, 'Tromsø', 'NO', 69.649), (5, 'Jyväskylä', 'FI', 62.242), (6, 'Łódź', 'PL', 51.759),
    (7, 'Gdańsk', 'PL', 54.352), (8, 'Reykjavík', 'IS', 64.147), (9, 'Tallinn', 'EE', 59.437),
    (10, 'Bremen', 'DE', 53.079), (11, 'Groningen', 'NL', 53.219), (12, 'Århus', 'DK', 56.163),
    (13, 'Málaga', 'ES', 36.721), (14, 'Évora', 'PT', 38.571), (15, 'Perpignan', 'FR', 42.689),
    (16, 'Bari', 'IT', 41.117), (17, 'Αθήνα', 'GR', 37.984), (18, 'Ljubljana', 'SI', 46.057),
    (19, 'Κέρκυρα', 'GR', 39.624), (20, 'Cádiz', 'ES', 36.527), (21, 'Trieste', 'IT', 45.650),
    (22, 'Valletta', 'MT', 35.899), (23, 'Пловдив', 'BG', 42.136), (24, 'Nîmes', 'FR', 43.837)
) as place(n, city, country, latitude);

create table products (
    product_id integer not null,
    sku char(8) not null,
    name varchar(80) not null,
    category varchar(20) not null encode bytedict,
    price numeric(10, 2) not null encode az64,
    weight_kg real,
    attributes super,
    lot_mark varbyte(24),
    introduced date not null,
    discontinued date,
    primary key (product_id)
) diststyle all sortkey (category, product_id);

insert into products
select n, 'T' || lpad(n::varchar, 7, '0'),
    pg_temp.one_of(array['Misty', 'Golden', 'Smoky', 'Silver', 'Wild', 'Old', 'Quiet', 'First'], pg_temp.chance(n, 1))
    || ' ' || pg_temp.one_of(array['Hill', 'Harbour', 'Garden', 'Morning', 'Lantern', 'River'], pg_temp.chance(n, 2))
    || ' ' || (array['tea', 'teapot', 'cup', 'biscuit'])[1 + n % 4] || ' No. ' || n,
    (array['tea', 'pots', 'cups', 'biscuits'])[1 + n % 4],
    (2.5 + pg_temp.chance(n, 3) * (array[14, 85, 22, 6])[1 + n % 4])::numeric(10, 2),
    case when n % 11 = 0 then null else 0.05 + pg_temp.chance(n, 4) end,
    case when n % 13 = 0 then null else json_parse(
        '{"colour":"' || pg_temp.one_of(array['green', 'black', 'white', 'blå', '青'], pg_temp.chance(n, 5))
        || '","organic":' || case when n % 3 = 0 then 'true' else 'false' end
        || ',"grams":[' || 50 + n || ',' || 100 + n || ',' || 250 + n || '],"origin":{"altitude_m":'
        || 200 + n * 9 || '}}') end,
    case when n % 17 = 0 then null else ('lot ' || n || ' ☕')::varbyte end,
    dateadd(day, (n * 5)::integer, '2019-01-01'::date)::date,
    case when n % 19 = 0 then '2025-06-30'::date end
from generate_series(1, 180) n;

create table users (
    id bigint not null,
    name varchar(80) not null encode zstd,
    email varchar(120) not null,
    city varchar(40),
    segment varchar(10) not null encode bytedict,
    born date,
    joined_at timestamptz not null,
    newsletter boolean,
    points integer not null default 0,
    spends_a_year double precision,
    primary key (id)
) distkey (id) sortkey (joined_at);

insert into users
select n, given || ' ' || family, 'user' || n || '@example.com',
    case when n % 23 = 0 then null else (select city from stores s where s.store_id = 1 + n % 24) end,
    pg_temp.one_of(array['new', 'regular', 'regular', 'loyal'], pg_temp.chance(n, 13)),
    case when n % 9 = 0 then null else '1945-01-01'::date + floor(pg_temp.chance(n, 14) * 22000)::integer end,
    '2018-01-01 06:00:00+00'::timestamptz + (n * 1.4) * interval '1 day' + pg_temp.chance(n, 15) * interval '14 hours',
    case when n % 8 = 0 then null else pg_temp.chance(n, 16) < 0.45 end,
    floor(pg_temp.chance(n, 17) * 5000)::integer,
    case when n % 31 = 0 then null else round((30 + 900 * pg_temp.chance(n, 18) ^ 3)::numeric, 3)::double precision end
from (
    select n,
        pg_temp.one_of(array['Ada', 'Björn', 'Chiara', 'Daan', 'Élodie', 'Frida', 'Γιώργος', 'Hana', 'Íñigo',
            'Jūlija', 'Kåre', 'Łucja', 'Mirela', 'Niamh', 'Øyvind', 'Petra', '奈々', 'Zoë'], pg_temp.chance(n, 11)) as given,
        pg_temp.one_of(array['Andersson', 'Bianchi', 'Costa', 'Dąbrowska', 'Eriksen', 'Ferrari', 'García', 'Holm',
            'Ivanova', 'Jansen', 'Kovač', 'Lindqvist', 'Müller', 'Nowak', 'O''Brien', 'Peeters', 'Şahin', 'Virtanen'],
            pg_temp.chance(n, 12)) as family
    from generate_series(1, 2000) n
) as person;

create table orders (
    order_id bigint not null,
    user_id bigint not null,
    store_id smallint not null,
    ordered_at timestamptz not null,
    delivered_on date,
    channel varchar(8) not null encode bytedict,
    currency char(3) not null,
    discount numeric(5, 4),
    note varchar(200),
    primary key (order_id)
) distkey (user_id) compound sortkey (ordered_at, store_id);

-- Orders of a day: growth, season of the region, a quiet Monday, and some chance.
insert into orders
select row_number() over (order by day, south, k), 1 + floor(luck * luck * 1999)::bigint,
    (case when south then 13 else 1 end + floor(pg_temp.chance(seed, 22) * 12))::smallint,
    day::timestamp + interval '8 hours' + pg_temp.chance(seed, 23) * interval '11 hours',
    case when seed % 41 = 0 then null else day + 1 + floor(pg_temp.chance(seed, 24) * 6)::integer end,
    case when pg_temp.chance(seed, 25) < 0.25 + number / 3000.0 then 'web' else 'shop' end,
    case when south then 'EUR' else pg_temp.one_of(array['EUR', 'SEK', 'DKK', 'PLN'], pg_temp.chance(seed, 26)) end,
    case when pg_temp.chance(seed, 27) < 0.12 then (0.05 * (1 + seed % 4))::numeric(5, 4) end,
    case when seed % 97 = 0 then pg_temp.one_of(
        array['as a gift 🎁', 'ring twice', 'für Oma', 'it''s urgent', 'χωρίς ζάχαρη', ''], pg_temp.chance(seed, 28)) end
from (
    select day, number, south, k, seed, pg_temp.chance(seed, 21) as luck
    from (
        select '2023-01-01'::date + number as day, number, south,
            floor(4.1 * (1 + number / 900.0)
                * (1 + 0.42 * cos(2 * pi() * (number - case when south then 200 else 350 end) / 365.25))
                * case extract(isodow from '2023-01-01'::date + number) when 1 then 0.6 when 6 then 1.4 else 1 end
                + pg_temp.chance(number, case when south then 19 else 20 end) * 2)::integer as several
        from generate_series(0, 1095) number cross join (values (false), (true)) as half(south)
    ) as days
    cross join lateral generate_series(1, several) k
    cross join lateral (select (number * 64 + k * 2 + case when south then 1 else 0 end)::bigint as seed) as s
) as single;

create table order_lines (
    order_id bigint not null,
    line smallint not null,
    product_id integer not null,
    quantity smallint not null,
    unit_price numeric(12, 2) not null encode az64,
    returned boolean not null default false
) distkey (order_id) sortkey (order_id, line);

insert into order_lines
select o.order_id, line, p.product_id, (1 + floor(pg_temp.chance(seed, 33) * pg_temp.chance(seed, 34) * 6))::smallint,
    (p.price * (1 + 0.03 * (extract(year from o.ordered_at) - 2023)))::numeric(12, 2),
    pg_temp.chance(seed, 35) < 0.03
from orders o
    cross join lateral generate_series(1, 1 + floor(pg_temp.chance(o.order_id, 31) * 4.2)::integer) line
    cross join lateral (select o.order_id * 8 + line as seed) as s
    join products p on p.product_id = 1 + floor(pg_temp.chance(seed, 32) * 180)::integer;

create table exchange_rates (
    day date not null,
    currency char(3) not null,
    to_eur numeric(18, 8) not null,
    fixed_at timestamp,
    primary key (day, currency)
) diststyle all sortkey (day);

insert into exchange_rates
select '2023-01-02'::date + week * 7, currency,
    (base * (1 + 0.04 * sin(week / 11.0 + n) + 0.01 * pg_temp.chance(week * 8 + n, 41)))::numeric(18, 8),
    case when week % 26 = 0 then null else ('2023-01-02'::date + week * 7)::timestamp + interval '16 hours' end
from generate_series(0, 155) week
    cross join (values (0, 'EUR', 1.0), (1, 'SEK', 0.0874), (2, 'DKK', 0.1341), (3, 'PLN', 0.2312)) as c(n, currency, base);
update exchange_rates set to_eur = 1 where currency = 'EUR';

-- What the analysts may not see: the story of a grant that is missing.
create table margins (
    product_id integer not null,
    cost numeric(12, 4) not null,
    margin numeric(7, 4) not null,
    supplier varchar(40) not null,
    negotiated_on date,
    primary key (product_id)
) diststyle all;

insert into margins
select product_id, (price * share)::numeric(12, 4), (1 - share)::numeric(7, 4),
    'Supplier ' || chr(65 + product_id % 9), case when product_id % 5 = 0 then null else '2024-02-01'::date + product_id end
from (select product_id, price, 0.35 + 0.3 * pg_temp.chance(product_id, 51) as share from products) as known;

create view monthly_revenue as
select date_trunc('month', o.ordered_at)::date as month, s.region,
    sum(l.quantity * l.unit_price * (1 - nvl(o.discount, 0)))::numeric(14, 2) as revenue,
    count(distinct o.order_id) as orders
from orders o join order_lines l on l.order_id = o.order_id join stores s on s.store_id = o.store_id
where not l.returned
group by 1, 2;

comment on table users is 'People who order';
comment on table orders is 'One row for each order';
comment on table order_lines is 'What was ordered, at which price';
comment on table margins is 'What products cost us';
comment on view monthly_revenue is 'Revenue after discounts, without returns';

analyze users; analyze orders; analyze order_lines; analyze products; analyze stores;
analyze exchange_rates; analyze margins;

grant select on stores, products, users, orders, order_lines, exchange_rates, monthly_revenue to group analysts;
