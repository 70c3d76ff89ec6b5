"""How long a million rows of a warehouse take to a data frame, and how much memory.

The emulated warehouse, behind its TLS front, gives the same ten columns to each reader in turn:
a fresh process signs in with a temporary password and reads.  Imports are done before; signing
in is counted.  Beside ours: awswrangler, which notebooks have used so far, Amazon's driver by
itself, and ConnectorX, the fastest library that says it reads Redshift; which checks the
server's authority, but no name.

    python -m benchmarks.warehouse [rows] [rounds]

With `--plot` it draws docs/pictures/warehouse-reading.svg as well.
"""

import json
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final, cast
from urllib.parse import quote

ROWS, ROUNDS = 1_000_000, 3
PICTURE: Final = Path(__file__).parents[1] / "docs" / "pictures" / "warehouse-reading.svg"

MAKE = """
create table reading as
select ((i::bigint * 7919) % 2000000000)::integer as id,
       i::bigint * 1000003 as big,
       i / 3.0::double precision as ratio,
       ((i::bigint * 37) % 10000000 / 100.0)::numeric(12, 2) as price,
       'Customer number ' || (i % 5000) as name,
       substr(md5(i::text), 1, 8 + i % 12) as code,
       i % 3 = 0 as flag,
       date '2020-01-01' + (i % 2000) as day,
       timestamp '2020-01-01' + i * interval '1 second' as at,
       case when i % 5 > 0 then (i % 30000)::smallint end as small
from generate_series(1, %s) as i
"""
SQL = "select * from reading"

AWSWRANGLER = "awswrangler → pandas"
DRIVER = "redshift_connector → pandas"
CONNECTORX = "connectorx → Arrow"
ARROW = "studiogate → Arrow"
BATCHES = "studiogate → batches"
PANDAS = "studiogate → pandas"

WANTED: Final[Mapping[str, tuple[float, float | None]]] = {PANDAS: (5, 1 / 3), ARROW: (7, None)}
"""How often as fast as awswrangler, and what share of its memory."""


def main() -> None:
    if "--read" in sys.argv:
        print(json.dumps(_read(sys.argv[-1])))
        return
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    rows, rounds = (*numbers, *(ROWS, ROUNDS)[len(numbers) :])[:2]
    measured = _measured(rows, rounds)
    _show(rows, measured)
    if "--plot" in sys.argv:
        _plot(rows, measured)


def _measured(rows: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Seconds and MiB of each reader: the medians."""
    from studiogate.local.redshift.parts import Grant  # noqa: PLC0415 - the readers need none
    from tests.kit.redshift import admin, redshift  # noqa: PLC0415 - as above

    found: dict[str, list[tuple[float, float]]] = {name: [] for name in READERS}
    with TemporaryDirectory() as folder, redshift(Path(folder)) as running:
        with admin(running) as connection, connection.cursor() as cursor:
            cursor.execute(MAKE.replace("%s", str(rows)))
            cursor.execute("grant select on reading to public")
        connection.close()
        grant = Grant("IAMA:ada", "ada", creates=True)
        way = {
            "host": "localhost",
            "port": running.port(),
            "password": running.password(grant, lives_s=3600),
            "user": grant.login,
            "rows": rows,
        }
        authority = str(running.databases.authority)
        for _ in range(rounds):
            for name in READERS:
                found[name].append(_in_a_process(name, way, authority))
    return {
        name: (median(seconds for seconds, _ in all_), median(mib for _, mib in all_))
        for name, all_ in found.items()
    }


def _in_a_process(name: str, way: Mapping[str, Any], authority: str) -> tuple[float, float]:
    ran = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "benchmarks.warehouse", "--read", name],
        input=json.dumps(way),
        env={**os.environ, "SSL_CERT_FILE": authority},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        sys.exit(f"{name}: {ran.stderr[-2000:]}")
    seconds, mib = json.loads(ran.stdout)
    return seconds, mib


def _read(name: str) -> tuple[float, float]:
    """Seconds it takes, and the most memory this process ever had."""
    warnings.simplefilter("ignore")
    way = json.load(sys.stdin)
    read = READERS[name]()
    begun = time.perf_counter()
    count = read(way)
    took = time.perf_counter() - begun
    assert count == way["rows"]
    return took, _peak_mib()


def _peak_mib() -> float:
    """Of this program alone: what getrusage says holds for the one that started it, too."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


Read = Callable[[Mapping[str, Any]], int]


def _signed_in(way: Mapping[str, Any]) -> Any:
    import redshift_connector  # noqa: PLC0415 - each reader has its own imports in memory

    who = {key: way[key] for key in ("host", "port", "user", "password")}
    return redshift_connector.connect(database="dev", sslmode="verify-full", **who)


def _awswrangler() -> Read:
    import awswrangler  # noqa: PLC0415 - as above

    return lambda way: len(awswrangler.redshift.read_sql_query(SQL, con=_signed_in(way)))


def _driver() -> Read:
    import pandas as pd  # noqa: F401, PLC0415 - imported before the clock runs
    import redshift_connector  # noqa: F401, PLC0415 - as above

    def read(way: Mapping[str, Any]) -> int:
        cursor = _signed_in(way).cursor()
        cursor.execute(SQL)
        frame: Any = cursor.fetch_dataframe()
        return len(frame)

    return read


def _connectorx() -> Read:
    import connectorx  # noqa: PLC0415 - as above
    import pyarrow as pa  # noqa: PLC0415, TC002 - as above

    def read(way: Mapping[str, Any]) -> int:
        who = f"{quote(way['user'], safe='')}:{quote(way['password'], safe='')}"
        where = f"{way['host']}:{way['port']}/dev"
        tls = f"sslmode=require&sslrootcert={quote(os.environ['SSL_CERT_FILE'])}"
        url = f"redshift://{who}@{where}?{tls}"
        return len(cast("pa.Table", connectorx.read_sql(url, SQL, return_type="arrow")))

    return read


def _login(way: Mapping[str, Any]) -> Any:
    from studiogate.warehouse.login import Login  # noqa: PLC0415 - as above

    expires = datetime(9999, 1, 1, tzinfo=UTC)
    return Login(way["host"], way["port"], "dev", way["user"], way["password"], expires)


def _arrow() -> Read:
    from studiogate.warehouse.reading import fast  # noqa: PLC0415 - as above

    return lambda way: int(fast.table(_login(way), SQL).num_rows)


def _batches() -> Read:
    from studiogate.warehouse.reading import fast  # noqa: PLC0415 - as above

    return lambda way: sum(batch.num_rows for batch in fast.batches(_login(way), SQL))


def _pandas() -> Read:
    from studiogate.warehouse.reading import fast, frames  # noqa: PLC0415 - as above

    return lambda way: len(frames.frame(fast.table(_login(way), SQL)))


READERS: Final[Mapping[str, Callable[[], Read]]] = {
    AWSWRANGLER: _awswrangler,
    DRIVER: _driver,
    CONNECTORX: _connectorx,
    BATCHES: _batches,
    ARROW: _arrow,
    PANDAS: _pandas,
}


def _show(rows: int, measured: Mapping[str, tuple[float, float]]) -> None:
    floor_s, floor_mib = measured[AWSWRANGLER]
    print(f"{rows:,} rows of 10 columns")
    print(f"{'':30}{'seconds':>9}{'rows/s':>12}{'times':>7}{'peak':>11}{'share':>7}")
    for name, (seconds, mib) in measured.items():
        print(
            f"{name:30}{seconds:9.2f}{rows / seconds:12,.0f}{floor_s / seconds:7.1f}"
            f"{mib:7.0f} MiB{mib / floor_mib:7.2f}"
        )
    for name, (times, share) in WANTED.items():
        seconds, mib = measured[name]
        short = floor_s / seconds < times or (share is not None and mib / floor_mib > share)
        print(f"{name}: {'short of' if short else 'as'} wanted, {times:g} times as fast")


def _plot(rows: int, measured: Mapping[str, tuple[float, float]]) -> None:
    from matplotlib import pyplot as plt  # noqa: PLC0415 - only for the picture

    names = list(measured)[::-1]
    colours = ["#1f6f8b" if name.startswith("studiogate") else "#b9bec4" for name in names]
    figure, sides = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True, layout="constrained")
    for at, (side, title) in enumerate(
        zip(sides, ("seconds", "peak memory, MiB"), strict=True)
    ):
        bars = side.barh(names, [measured[name][at] for name in names], color=colours)
        side.bar_label(bars, fmt="%.1f" if at == 0 else "%.0f", padding=3)
        side.set_title(title, fontsize=10)
        side.spines[["top", "right", "bottom"]].set_visible(False)
        side.tick_params(bottom=False, labelbottom=False, left=False)
        side.margins(x=0.12)
    figure.suptitle(f"Reading {rows:,} rows of 10 columns, same server", fontsize=11)
    figure.savefig(PICTURE, metadata={"Date": None})


if __name__ == "__main__":
    main()
