"""Numbers of the turns for `/metrics`, and one log line a turn, tagged with business and conversation."""

import time

from prometheus_client import Counter, Histogram

from firstline.chat.desk import Turn
from firstline.ground.log import logger

__all__ = ["measure"]

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
TURNS = Counter("firstline_turns_total", "Turns that ended, by composer and what was decided", ("composer", "action"))
SECONDS = Histogram("firstline_turn_seconds", "From the message to the end of its turn", buckets=BUCKETS)
RECALL = Histogram("firstline_retrieval_seconds", "From understanding to the passages", buckets=BUCKETS)
STOPPED = Counter("firstline_sentences_stopped_total", "Sentences that the gate stopped, by rule", ("rule",))
TOKENS = Counter("firstline_llm_tokens_total", "Tokens of answering calls", ("model", "direction"))
log = logger("chat")


def measure(turn: Turn) -> None:
    """Counts a turn that has ended; one that was begun again with another bubble is counted by its last reading."""
    if turn.reading is None:
        return
    receipt = turn.receipt
    took = time.perf_counter() - turn.began
    TURNS.labels(receipt.composer, turn.verdict.action).inc()
    SECONDS.observe(took)
    timings = receipt.timings_ms
    if "recalled" in timings and "understood" in timings:
        RECALL.observe((timings["recalled"] - timings["understood"]) / 1000)
    for finding in receipt.gate:
        STOPPED.labels(finding["rule"]).inc()
    for direction, count in receipt.tokens.items():
        TOKENS.labels(receipt.model or "?", direction).inc(count)
    log.info(
        "turn",
        business_id=str(turn.business.id),
        conversation_id=str(turn.conversation.id),
        intent=turn.understood.intent,
        action=turn.verdict.action,
        composer=receipt.composer,
        ms=round(took * 1000),
    )
