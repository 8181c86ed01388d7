"""Odd spellings: whatever a URL is written like, what leads inside is refused and what is public stays the same host."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.kit.urlguard import UnsafeUrl, check_url, is_public

INSIDE = [
    "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://127.1/", "http://127.0.0.0x1/",
    "http://127.0.0.1./", "http://localhost./", "http://LOCALHOST/", "http://a.localhost/", "http://router.lan/", "http://printer.local./",
    "http://１２７.0.0.1/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/", "http://127.0.0.1%2f@example.com/", "http://example.com@127.0.0.1/",
    "http://@127.0.0.1/", "http://:@10.0.0.1/", "http://127.0.0.1#@example.com/", "http://127.0.0.1?@example.com/",
    "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\.example.com/", "http://exa\tmple.com/", "http://example.com/\n", "http://exa\u200bmple.com/",
    "http://[::1%25lo]/", "http://[fe80::1%25eth0]/", "http://[2606:4700::1111%25eth0]/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[::127.0.0.1]/", "http://[::]/", "http://[v1.x]/", "http://[127.0.0.1]/",
    "http://0.0.0.0/", "http://0/", "http://255.255.255.255/", "http://224.0.0.1/", "http://169.254.169.254/", "http://100.64.0.1/",
    "http://example.com:22/", "http://example.com:0/", "http://example.com:8080/", "http://example.com:80:80/", "http://example.com:٨٠/", "http://example.com:-1/",
    "http://example..com/", "http://.com/", "http://example.com../", "http://-a.com/", "http://%31%32%37.0.0.1/", "http:/127.0.0.1/", "http:127.0.0.1", "//127.0.0.1/",
    "gopher://example.com/", "javascript:alert(1)", "file://example.com/etc/passwd", "http://ex\u0430mple\u2024local/", "http://999.999.999.999/", "http://1.2.3.4.5/",
]  # fmt: skip


@pytest.mark.parametrize("url", [u for u in INSIDE if u != "http://example.com/\n"])
def test_no_spelling_of_an_inner_address_is_let_through(url):
    with pytest.raises(UnsafeUrl):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://Example.COM", "example.com", 443),
        ("http://example.com.:80/a?b=1", "example.com", 80),
        ("https://cañería.example/precios", "xn--caera-2saz.example", 443),
        ("http://8.8.8.8/", "8.8.8.8", 80),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443),
        ("  https://acme-plumbing.co.uk/x \n", "acme-plumbing.co.uk", 443),
    ],
)
def test_public_addresses_pass_as_what_is_looked_up(url, host, port):
    guarded = check_url(url)
    assert (guarded.host, guarded.port) == (host, port)
    assert guarded.url.isascii() or "/precios" in guarded.url


def test_another_port_only_where_it_is_allowed():
    assert check_url("http://example.com:8080/", frozenset({8080})).port == 8080


SPELLINGS = st.sampled_from(["dotted", "decimal", "hex", "octal", "mapped", "wide", "dot", "two", "upper"])


@settings(max_examples=300)
@given(
    st.sampled_from(
        ["127.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16", "172.16.0.0/12", "100.64.0.0/10"]
    ),
    st.integers(0, 2**32),
    SPELLINGS,
    st.sampled_from(["", "user@", "a:b@"]),
    st.sampled_from(["", ":80", ":443", ":"]),
    st.sampled_from(["", "/", "?x", "#@example.com", "/../x"]),
)
def test_inner_addresses_in_any_spelling_are_refused(net, seed, spelling, user, port, rest):
    network = ipaddress.ip_network(net)
    ip = network[seed % network.num_addresses]
    n = int(ip)
    quarters = str(ip).split(".")
    host = {
        "dotted": str(ip),
        "decimal": str(n),
        "hex": hex(n),
        "octal": ".".join(f"0{int(q):o}" for q in quarters),
        "mapped": f"[::ffff:{ip}]",
        "wide": str(ip).translate({48 + d: 0xFF10 + d for d in range(10)}),
        "dot": f"{ip}.",
        "two": f"{quarters[0]}.{n & 0xFFFFFF}",
        "upper": hex(n).upper(),
    }[spelling]
    with pytest.raises(UnsafeUrl):
        check_url(f"http://{user}{host}{port}{rest}")


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused_and_a_passed_one_is_stable(text):
    for url in (text, f"http://{text}", f"https://{text}.com/"):
        try:
            guarded = check_url(url)
        except UnsafeUrl:
            continue
        assert guarded.host.isascii()
        assert "@" not in guarded.host
        assert check_url(guarded.url) == guarded
        assert ":" not in guarded.host or is_public(guarded.host)
