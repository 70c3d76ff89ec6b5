"""The operations that run statements, and say how far they are.

Source: Redshift Data API Reference.
"""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from studiogate.local.front.listing import page
from studiogate.local.redshift.parts import Failed
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.statements.asking import (
    DataApi,
    database_asked,
    listed,
    login,
    target,
)
from studiogate.local.redshift.statements.jobs import RUNNING, Job, Part, part_of

log = logging.getLogger(__name__)

_MOST_BYTES = 100 * 1024 * 1024
_MOST_SQLS = 40
_MOST_LISTED = 100
_WHERE = ("ClusterIdentifier", "WorkgroupName", "SecretArn")


async def execute(api: DataApi, asked: Asked) -> Result:
    """Begin to run one statement; its id, and how far it is where the call waits."""
    return await _handed_over(api, asked, [asked.params["Sql"]], batch=False)


async def execute_batch(api: DataApi, asked: Asked) -> Result:
    """Begin to run statements one after the other, each by itself."""
    sqls = asked.params["Sqls"]
    if len(sqls) > _MOST_SQLS:
        raise faults.invalid(f"At most {_MOST_SQLS} statements in a batch.")
    if asked.params.get("ExecutionMode", "TRANSACTION") != "AUTO_COMMIT" and len(sqls) > 1:
        raise faults.not_offered(
            asked.call, "A batch as one transaction (ExecutionMode other than AUTO_COMMIT)"
        )
    return await _handed_over(api, asked, sqls, batch=True)


async def _handed_over(
    api: DataApi, asked: Asked, sqls: Sequence[str], *, batch: bool
) -> Result:
    params, caller = asked.params, asked.caller
    token = params.get("ClientToken")
    job = api.jobs.again(asked.place, caller.user_id, token)
    if job is None:
        job = await _job(api, asked, sqls, batch=batch)
        api.jobs.add(job, token)
        job.task = asyncio.get_running_loop().create_task(_run(api, job))
    answer: dict[str, Any] = {"Id": job.id, "CreatedAt": job.created, **job.where}
    if "WaitTimeSeconds" in params:
        await waited(job, params["WaitTimeSeconds"])
        has_result = any(part.has_result for part in job.parts)
        answer |= {"Status": job.status, "HasResultSet": has_result}
    return answer


async def _job(api: DataApi, asked: Asked, sqls: Sequence[str], *, batch: bool) -> Job:
    params = asked.params
    if params.get("WithEvent", False):
        raise faults.not_offered(asked.call, "WithEvent")
    if params.get("ResultFormat", "JSON") != "JSON":
        raise faults.not_offered(asked.call, "ResultFormat other than JSON")
    given = {one["name"]: one["value"] for one in params.get("Parameters") or ()}
    _hold_used(given, sqls)
    at = target(api, asked)
    grant = await login(api, asked, at)
    now = api.jobs.clock()
    where = {name: params[name] for name in _WHERE if name in params}
    who = {"DbUser": grant.user} if grant else {}
    return Job(
        id=str(uuid4()),
        place=asked.place,
        owner=asked.caller.user_id,
        where={**where, **who, "Database": database_asked(asked)},
        seat=at.seat,
        grant=grant,
        database=database_asked(asked),
        name=params.get("StatementName"),
        parameters=given,
        parts=[Part(sql, now, now) for sql in sqls],
        batch=batch,
        created=now,
    )


def _hold_used(given: Mapping[str, str], sqls: Sequence[str]) -> None:
    """Return when every parameter is named by a statement, as the Data API wants it."""
    unused = [
        name
        for name in given
        if not any(re.search(rf":{re.escape(name)}\b", sql) for sql in sqls)
    ]
    if unused:
        raise faults.invalid(
            f"Parameters list contains unused parameters. Unused parameters: [{unused[0]}]"
        )


async def _run(api: DataApi, job: Job) -> None:
    """Run the parts of a job in their order; once it is cancelled, no more of them."""
    for part in job.parts:
        try:
            await _run_part(api, job, part)
        except asyncio.CancelledError:
            for left in job.parts:
                if left.status in RUNNING:
                    _told(api, left, "ABORTED")
            raise


async def _run_part(api: DataApi, job: Job, part: Part) -> None:
    if job.grant is None:
        part.error = "FATAL: password authentication failed"
        _told(api, part, "FAILED")
        return
    began = api.jobs.clock()
    _told(api, part, "STARTED")
    used = {
        n: v for n, v in job.parameters.items() if re.search(rf":{re.escape(n)}\b", part.sql)
    }
    try:
        part.result = await api.warehouses.database.run(
            job.seat, job.grant, part.sql, used, database=job.database
        )
    except Failed as exc:
        part.error = str(exc) if str(exc).startswith("ERROR") else f"ERROR: {exc}"
    except Exception:
        log.exception("statement %s failed inside the emulation", job.id)
        part.error = "Internal error: details are in the log of the emulation."
    part.seconds = (api.jobs.clock() - began).total_seconds()
    if part.size > _MOST_BYTES:
        part.result, part.error = None, "Query result exceeds the maximum size of 100 MB."
    _told(api, part, "FAILED" if part.error else "FINISHED")


def _told(api: DataApi, part: Part, status: str) -> None:
    part.status, part.updated = status, api.jobs.clock()


async def waited(job: Job, seconds: float) -> None:
    """Return when a job has ended, or that long has passed."""
    if job.task is not None:
        await asyncio.wait({job.task}, timeout=seconds)


def found(api: DataApi, asked: Asked) -> Job:
    """The statement a call is about.

    Raises:
        ApiError: ResourceNotFoundException.
    """
    job = api.jobs.find(asked.place, asked.params["Id"])
    if job is None:
        raise faults.no_resource("Query does not exist.")
    return job


async def describe(api: DataApi, asked: Asked) -> Result:
    """Everything there is to say about a statement, or about one of a batch."""
    job, name = found(api, asked), asked.params["Id"]
    if "WaitTimeSeconds" in asked.params:
        await waited(job, asked.params["WaitTimeSeconds"])
    whole = {**job.shown(), **job.where, "RedshiftPid": 0}
    if job.batch and ":" not in name:
        parts = [_substatement(job, n, part) for n, part in enumerate(job.parts, start=1)]
        return {
            **whole,
            "Duration": sum(one["Duration"] for one in parts),
            "HasResultSet": any(one["HasResultSet"] for one in parts),
            "SubStatements": parts,
            "ExecutionMode": "AUTO_COMMIT" if len(job.parts) > 1 else "TRANSACTION",
            **({"Error": job.error} if job.error else {}),
        }
    return {**whole, **_of_part(part_of(job, name)), "Id": name}


def _substatement(job: Job, number: int, part: Part) -> dict[str, Any]:
    return {"Id": f"{job.id}:{number}", "CreatedAt": part.created, **_of_part(part)}


def _of_part(part: Part) -> dict[str, Any]:
    return {
        "Status": part.status,
        "UpdatedAt": part.updated,
        "Duration": int(part.seconds * 1e9) if part.status not in RUNNING else -1,
        "QueryString": part.sql,
        "ResultRows": part.rows,
        "ResultSize": part.size,
        "RedshiftQueryId": 0,
        "HasResultSet": part.has_result,
        **({"Error": part.error} if part.error else {}),
    }


async def cancel(api: DataApi, asked: Asked) -> Result:
    """Cancel a statement where it runs."""
    job = found(api, asked)
    if ":" in asked.params["Id"]:
        raise faults.invalid("A statement of a batch can't be cancelled by itself.")
    if job.status not in RUNNING or job.task is None:
        raise faults.invalid(
            f"Could not cancel a query that is already in {job.status} state with ID: {job.id}"
        )
    job.task.cancel()
    await asyncio.wait({job.task})
    for part in job.parts:  # a task that had not begun yet told nobody
        if part.status in RUNNING:
            _told(api, part, "ABORTED")
    return {"Status": True}


async def list_statements(api: DataApi, asked: Asked) -> Result:
    """Statements of the caller's role, or of this session alone; finished ones unless said."""
    params, wanted = asked.params, asked.params.get("Status", "FINISHED")
    mine = [
        job
        for job in api.jobs.of(asked.place)
        if listed(job.owner, asked)
        and wanted in {"ALL", job.status}
        and (job.name or "").startswith(params.get("StatementName", ""))
        and all(
            params.get(name) in {None, job.where.get(name)}
            for name in ("ClusterIdentifier", "Database", "WorkgroupName")
        )
    ]
    bounded = {**params, "MaxResults": params.get("MaxResults") or _MOST_LISTED}
    shown, more = page(mine, bounded, lambda job: job.id, refusal="ValidationException")
    return {"Statements": [_row(job) for job in shown], **more}


def _row(job: Job) -> dict[str, Any]:
    sqls = [part.sql for part in job.parts]
    said: dict[str, Any] = {"QueryStrings": sqls} if job.batch else {"QueryString": sqls[0]}
    name = {"StatementName": job.name} if job.name else {}
    return {**job.shown(), **said, **name, "IsBatchStatement": job.batch}
