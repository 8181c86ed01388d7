import pytest

from firstline.llm.route import BadRoute, parse_routes
from firstline.llm.settings import LLMSettings


@pytest.mark.parametrize(
    ("setting", "provider", "model", "url"),
    [
        ("openai:gpt-5-mini", "openai", "gpt-5-mini", "https://api.openai.com/v1"),
        ("anthropic:claude-haiku", "anthropic", "claude-haiku", "https://api.anthropic.com"),
        ("ollama:qwen3:8b", "ollama", "qwen3:8b", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:8000/v1/#org/model", "url", "org/model", "http://127.0.0.1:8000/v1"),
        ("openai:m@http://127.0.0.1:9999/v1", "openai", "m", "http://127.0.0.1:9999/v1"),
        ("openai:m@https://host.example/v1", "openai", "m", "https://host.example/v1"),
    ],
)
def test_each_written_form_names_its_provider_model_and_address(setting, provider, model, url):
    (route,) = parse_routes(setting)
    assert (route.provider, route.model, route.base_url, route.name) == (provider, model, url, setting)


def test_a_list_keeps_its_order_and_ignores_blanks():
    assert [r.model for r in parse_routes(" openai:a , ,ollama:b,")] == ["a", "b"]
    assert parse_routes("") == ()


@pytest.mark.parametrize(
    "setting", ["gpt-4", "mistral:x", "openai:", "http://host/v1", "http://#m", "http://u:p@h/v1#m", "openai:m@http://"]
)
def test_what_cannot_be_read_is_refused_with_its_reason(setting):
    with pytest.raises(BadRoute):
        parse_routes(setting)


def test_a_missing_key_is_an_error_at_start_up_but_not_for_a_local_server():
    with pytest.raises(BadRoute, match="OPENAI_API_KEY"):
        LLMSettings.from_env({"FIRSTLINE_LLM": "openai:m"})
    assert LLMSettings.from_env({"FIRSTLINE_LLM": "openai:m@http://127.0.0.1:1/v1,ollama:x"}).enabled
    assert not LLMSettings.from_env({}).enabled


def test_a_providers_own_key_never_goes_to_a_strangers_address_and_never_shows():
    settings = LLMSettings.from_env(
        {"FIRSTLINE_LLM": "https://stranger.example/v1#m,openai:m", "OPENAI_API_KEY": "sk-secret"}
    )
    assert settings.keys == {"https://stranger.example/v1#m": "", "openai:m": "sk-secret"}
    assert "sk-secret" not in repr(settings)
