"""The OpenAPI document made whole: the models that routes name without FastAPI seeing them."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from firstline.web.api.schemas.base import Problem
from firstline.web.api.schemas.kb import CrmJobIn, DriveJobIn, FaqJobIn, ProfileJobIn, UrlJobIn

__all__ = ["complete_openapi"]


def complete_openapi(app: FastAPI) -> None:
    """Adds them to whatever `app.openapi()` makes, once."""
    made = app.openapi

    def whole() -> dict[str, Any]:
        document = made()
        models = [(m, "validation") for m in (Problem, UrlJobIn, FaqJobIn, ProfileJobIn, CrmJobIn, DriveJobIn)]
        _, extra = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in extra.get("$defs", {}).items():
            schemas.setdefault(name, schema)
        return document

    app.openapi = whole  # type: ignore[method-assign]
