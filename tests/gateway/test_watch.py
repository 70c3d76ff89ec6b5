"""The record: one line whatever happens, safe whatever was sent."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from studiogate.audit.record import Outcome
from studiogate.gateway.app import create_app
from studiogate.gateway.ports import Source
from studiogate.gateway.watch import printable, watched
from tests.kit.gateway import House, bearer


@given(st.text())
def test_what_others_sent_is_kept_as_printable_ascii(text: str) -> None:
    kept = printable(text)

    assert len(kept) <= 128
    assert kept.isascii()
    assert all(" " <= c <= "~" for c in kept)


def test_a_long_name_is_cut_in_the_record(house: House, gateway: httpx.Client) -> None:
    gateway.get("/open/" + "a" * 900, headers=bearer("user-lob-a"))

    assert [line.domain for line in house.ledger.openings] == ["a" * 128]


@pytest.fixture
def request_(house: House) -> Request:
    request = Request({"type": "http", "headers": [], "app": create_app(house.ports)})
    request.state.request_id = "r1"
    request.state.source = Source("192.168.10.7")
    return request


async def test_an_opening_that_is_broken_off_is_recorded_too(
    house: House, request_: Request
) -> None:
    begun = asyncio.Event()

    async def opening() -> None:
        async with watched(request_, domain="forecasting"):
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(opening())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert [(line.outcome, line.reason) for line in house.ledger.openings] == [
        (Outcome.FAILED, "cancelled")
    ]


async def test_how_long_it_took_is_in_the_line(house: House, request_: Request) -> None:
    async with watched(request_, domain="forecasting"):
        house.clock.forward(milliseconds=42)

    assert [line.took_ms for line in house.ledger.openings] == [42]
