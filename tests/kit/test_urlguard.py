"""The URL guard: no form of a private address gets through, whichever Python reads it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.kit.urlguard import UnsafeUrl, check_url, is_public

PRIVATE = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]


@st.composite
def inside(draw, version=None):
    nets = [n for n in map(ipaddress.ip_network, PRIVATE) if version in (None, n.version)]
    net = draw(st.sampled_from(nets))
    return net[draw(st.integers(0, net.num_addresses - 1))]


@given(inside())
def test_no_address_of_a_special_network_is_public(ip):
    assert not is_public(str(ip))


@given(inside(version=4), st.integers(0, 2**80 - 1))
def test_no_ipv6_form_of_a_private_ipv4_address_is_public(ip, rest):
    v4 = int(ip)
    teredo = 0x20010000 << 96
    for carrier in (
        v4,  # ::a.b.c.d
        0xFFFF << 32 | v4,  # mapped
        0x64FF9B << 96 | v4,  # NAT64
        0x2002 << 112 | v4 << 80 | rest,  # 6to4
        teredo | 0x08080808 << 64 | (v4 ^ 0xFFFFFFFF),  # Teredo's client
        teredo | v4 << 64 | (0x08080808 ^ 0xFFFFFFFF),  # Teredo's server
    ):
        assert not is_public(str(ipaddress.IPv6Address(carrier)))


@pytest.mark.parametrize(
    "ip", ["192.0.0.192", "fec0::1", "192.88.99.1", "::1", "::", "64:ff9b::10.0.0.1", "2002:7f00:1::"]
)
def test_what_python_3_11_let_through_is_refused(ip):
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_stay_public(ip):
    assert is_public(ip)


@given(st.text(max_size=40))
def test_any_text_has_an_answer(text):
    assert is_public(text) in (True, False)


@given(inside())
def test_a_url_to_a_private_address_is_refused_by_its_shape(ip):
    host = f"[{ip}]" if ip.version == 6 else str(ip)
    with pytest.raises(UnsafeUrl):
        check_url(f"http://{host}/latest/meta-data")
