"""Which models are used and with which keys; read once, frozen. Keys never show in a repr."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from firstline.llm.route import BadRoute, Route, parse_routes

__all__ = ["LLMSettings"]


@dataclass(frozen=True, slots=True)
class LLMSettings:
    """`answer` routes serve everything; `judge` routes, when set (FIRSTLINE_LLM_JUDGE), serve the judge.

    No route at all means: no LLM, the extractive composer answers.
    """

    routes: tuple[Route, ...] = ()
    judge_routes: tuple[Route, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)  # route name -> key

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "LLMSettings":
        """Reads FIRSTLINE_LLM, FIRSTLINE_LLM_JUDGE and the providers' usual key variables. Raises BadRoute."""
        routes = parse_routes(env.get("FIRSTLINE_LLM", ""))
        judge_routes = parse_routes(env.get("FIRSTLINE_LLM_JUDGE", ""))
        keys: dict[str, str] = {}
        for route in (*routes, *judge_routes):
            key = next((env[name] for name in route.key_variables if env.get(name)), None)
            if key is None and route.needs_key:
                raise BadRoute(f"{route.name}: set {' or '.join(route.key_variables)}")
            keys[route.name] = key or ""
        return cls(routes, judge_routes, keys)

    @property
    def enabled(self) -> bool:
        """Whether any model is configured."""
        return bool(self.routes)
