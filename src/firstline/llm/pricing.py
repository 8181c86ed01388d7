"""What a call cost, in US dollars, from the open price table of the `genai-prices` package. Unknown models cost None."""

from functools import lru_cache

from firstline.llm.route import Route

__all__ = ["cost_of"]


def cost_of(route: Route, input_tokens: int, output_tokens: int) -> str | None:
    """Decimal string of dollars; None for a model without a known price (and for servers of one's own)."""
    if route.own_url or route.provider in ("ollama", "url") or not _is_priced(route.model, route.provider):
        return None
    from genai_prices import Usage, calc_price

    price = calc_price(
        Usage(input_tokens=input_tokens, output_tokens=output_tokens), route.model, provider_id=route.provider
    )
    return f"{price.total_price:.6f}"


@lru_cache(maxsize=64)
def _is_priced(model: str, provider: str) -> bool:
    from genai_prices import Usage, calc_price

    try:
        calc_price(Usage(input_tokens=1, output_tokens=1), model, provider_id=provider)
    except LookupError:
        return False
    return True
