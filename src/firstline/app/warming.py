"""What is loaded at a first turn (language model, places, phone numbers, calendars, rules) is loaded at the start instead.

A few turns are rehearsed for a made-up business: nothing is stored, nothing is sent, no LLM is asked. It runs beside the
first requests and never fails a start.
"""

import asyncio
import contextlib
import ctypes
import gc
import sys
import time
import tomllib
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

from firstline.chat.desk import Desk
from firstline.conversations.facts import Said
from firstline.escalation.defaults import default_triggers
from firstline.ground.log import logger
from firstline.kit.ids import new_id
from firstline.knowledge.retrieve import Retriever
from firstline.rehearsal.playground import rehearse
from firstline.tenancy.model import Business, Interval, Service

__all__ = ["warm"]

YOUNG_OBJECTS = 20_000
log = logger("app")


async def warm(desk: Desk, retriever: Retriever) -> None:
    """Rehearses the messages of data/warming.toml, with breaks for whoever is already asking."""
    started, business = time.perf_counter(), _business()
    alone = replace(desk, composer=desk.fallback, judge=None)
    messages = tomllib.loads(files("firstline.app").joinpath("data/warming.toml").read_text("utf-8"))["messages"]
    try:
        for text in messages:
            await rehearse(alone, business, (Said("customer", text),), at=desk.clock())
            await asyncio.sleep(0)
    except Exception:  # the edge that owns it: a process that is not warm still answers
        log.exception("warming_failed")
    finally:
        retriever.forget(business.id)
    settle()
    log.info("warm", ms=round((time.perf_counter() - started) * 1000))


def settle() -> None:
    """What is loaded now stays for good: the collector need not walk it again and again (a million objects).

    The youngest generation is collected after 20,000 new containers instead of 700: some twenty turns.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
    trim()


def trim() -> None:
    """Gives back to the system what loading has freed (glibc keeps it otherwise: some 40 MB)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library has no malloc_trim
            ctypes.CDLL(None).malloc_trim(0)


def _business() -> Business:
    hours = (Interval("08:00", "17:00"),)
    repair = Service(
        new_id(), "repair", {"en": "Repair", "es": "Reparación"}, price_low=Decimal(100), price_high=Decimal(200)
    )
    return Business(
        new_id(), "Warm", "warm", timezone="America/Chicago", phone="+16085550142", service_area_city="Madison",
        service_area_postcodes=("53703",), business_hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours),
        services=(repair,), triggers=default_triggers(),
    )  # fmt: skip
