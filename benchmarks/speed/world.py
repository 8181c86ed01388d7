"""The demo business, seeded as `firstline demo` does it, and a twin of it with the conservative profile."""

import json
import shutil
from pathlib import Path

from firstline.cli.database import run
from firstline.cli.seeding import seed_business
from firstline.ground.settings import Settings
from firstline.worker.running import open_shop

__all__ = ["CONSERVATIVE", "EXAMPLE", "seed_both"]

EXAMPLE = "acme-plumbing"
CONSERVATIVE = "acme-conservative"
EXAMPLES = Path(__file__).parents[2] / "examples"


def seed_both(settings: Settings, url: str, folder: Path) -> None:
    """Makes both businesses with their knowledge; run again it changes nothing."""
    twin = folder / CONSERVATIVE
    if not twin.exists():
        shutil.copytree(EXAMPLES / EXAMPLE, twin)
        document = json.loads((twin / "business.json").read_text("utf-8"))
        document["business"]["slug"] = CONSERVATIVE
        document["business"].setdefault("chat_config", {})["guardrails_profile"] = "conservative"
        document.pop("users", None)
        (twin / "business.json").write_text(json.dumps(document), "utf-8")

    async def both() -> None:
        async with open_shop(settings, url) as shop:
            await seed_business(shop, EXAMPLES / EXAMPLE, "bench-password")
            await seed_business(shop, twin, "bench-password")

    run(both())
