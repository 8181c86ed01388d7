"""Schema.org data and plain text of pages to a proposed profile: every spelling, every nesting, never an error."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.knowledge.structured import Proposal, merged, proposed
from firstline.knowledge.structured.hours import read_hours
from firstline.tenancy.checking import business_columns, service_rows
from firstline.tenancy.fields import Fields

URL = "https://acme.example/"
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
NINE_TO_FIVE = [{"open": "09:00", "close": "17:00"}]


def ld(data: Any, body: str = "") -> str:
    return f"<html lang='en'><head><script type='application/ld+json'>{json.dumps(data)}</script></head><body>{body}</body></html>"


def accepted(proposal: Proposal) -> dict[str, Any]:
    """The profile, after the checks that PATCH /api/v1/business makes."""
    profile = proposal.as_profile()
    fields = Fields()
    business_columns(fields, {k: v for k, v in profile.items() if k not in ("services", "holidays")})
    service_rows(fields, profile.get("services", []), [])
    assert fields.errors == []
    return profile


ACME = {
    "@context": "https://schema.org",
    "@type": "Plumber",
    "name": "Acme Plumbing",
    "telephone": "(608) 555-0142",
    "email": "mailto:hi@acme.example",
    "url": "/",
    "address": {
        "@type": "PostalAddress",
        "streetAddress": "1 Main St",
        "addressLocality": "Madison",
        "addressRegion": "WI",
        "postalCode": "53703",
        "addressCountry": "US",
    },
    "geo": {"@type": "GeoCoordinates", "latitude": "43.07", "longitude": -89.4},
    "openingHours": "Mo-Fr 09:00-17:00",
    "priceRange": "$$",
    "sameAs": ["https://facebook.com/acme"],
    "logo": {"@type": "ImageObject", "url": "/logo.png"},
}


def test_a_business_in_json_ld_fills_the_profile() -> None:
    found = proposed(ld(ACME), URL)
    profile = accepted(found)
    assert (profile["name"], profile["phone"], profile["email"], profile["country"]) == (
        "Acme Plumbing",
        "+16085550142",
        "hi@acme.example",
        "US",
    )
    assert profile["address"] == {
        "street": "1 Main St",
        "city": "Madison",
        "region": "WI",
        "postal_code": "53703",
        "country": "US",
        "lat": 43.07,
        "lon": -89.4,
    }
    assert profile["business_hours"] == dict.fromkeys(WEEKDAYS, NINE_TO_FIVE)
    assert (found.logo, found.same_as, found.price_range) == (
        "https://acme.example/logo.png",
        ("https://facebook.com/acme",),
        "$$",
    )
    assert found.fields["phone"].source == URL
    assert found.fields["phone"].words == "(608) 555-0142"


@pytest.mark.parametrize(
    "wrapped",
    [
        [ACME],
        {"@graph": [{"@type": "WebSite", "name": "Site"}, ACME]},
        {"@type": "WebPage", "mainEntity": ACME},
        {"@graph": [{"@type": "WebPage", "about": {"@id": "#b"}}, {**ACME, "@id": "#b"}]},
        {**ACME, "@type": ["LocalBusiness", "http://schema.org/Plumber"]},
        {f"http://schema.org/{k}" if k[0] != "@" else k: v for k, v in ACME.items()},
        {**ACME, "@type": "PoolCleaningService"},
    ],
)
def test_a_business_is_found_however_it_is_wrapped(wrapped: Any) -> None:
    assert accepted(proposed(ld(wrapped), URL))["name"] == "Acme Plumbing"


@pytest.mark.parametrize(
    "broken",
    [
        "<!-- {0} -->",
        "//<![CDATA[\n{0}\n//]]>",
        "{0};",
    ],
)
def test_json_ld_in_comments_is_read(broken: str) -> None:
    text = broken.replace("{0}", json.dumps(ACME))
    html = f"<script type='application/ld+json'>{text}</script><p>x</p>"
    assert proposed(html, URL).fields["name"].value == "Acme Plumbing"


def test_json_ld_with_trailing_commas_and_raw_line_ends_is_read() -> None:
    html = '<script type="application/ld+json">{"@type": "Plumber", "name": "Acme\nPlumbing", "telephone": "608-555-0142",}</script><p>x</p>'
    assert proposed(html, URL).fields["name"].value == "Acme Plumbing"


SPEC = {"@type": "OpeningHoursSpecification"}


@pytest.mark.parametrize(
    ("given_hours", "wanted"),
    [
        (
            {"openingHours": ["Mo,Tu 9:00-12:00", "Mo,Tu 13:00-17:00"]},
            {d: [{"open": "09:00", "close": "12:00"}, {"open": "13:00", "close": "17:00"}] for d in ("mon", "tue")},
        ),
        ({"openingHours": "24/7"}, {d: [{"open": "00:00", "close": "24:00"}] for d in [*WEEKDAYS, "sat", "sun"]}),
        ({"openingHours": "Mo-Fr 09:00-17:00; Sa closed"}, {**dict.fromkeys(WEEKDAYS, NINE_TO_FIVE), "sat": []}),
        (
            {
                "openingHoursSpecification": {
                    **SPEC,
                    "dayOfWeek": ["Monday", "https://schema.org/Friday"],
                    "opens": "09:00:00",
                    "closes": "17:00",
                }
            },
            {"mon": NINE_TO_FIVE, "fri": NINE_TO_FIVE},
        ),
        (
            {"openingHoursSpecification": [{**SPEC, "dayOfWeek": "Fr", "opens": "18:00", "closes": "02:00"}]},
            {"fri": [{"open": "18:00", "close": "02:00"}]},
        ),
        (
            {
                "openingHoursSpecification": [
                    {**SPEC, "dayOfWeek": "Saturday", "opens": "00:00", "closes": "23:59"},
                    {**SPEC, "dayOfWeek": "Sunday"},
                ]
            },
            {"sat": [{"open": "00:00", "close": "24:00"}], "sun": []},
        ),
        (
            {"openingHoursSpecification": [{**SPEC, "dayOfWeek": "Monday", "opens": "9:00 AM", "closes": "5 PM"}]},
            {"mon": NINE_TO_FIVE},
        ),
    ],
)
def test_opening_hours_in_every_spelling(given_hours: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert accepted(proposed(ld({"@type": "Plumber", "name": "A", **given_hours}), URL))["business_hours"] == wanted


def test_dated_hours_are_exceptions_not_the_week() -> None:
    special = [
        {**SPEC, "dayOfWeek": "Monday", "opens": "09:00", "closes": "17:00"},
        {**SPEC, "opens": "00:00", "closes": "00:00", "validFrom": "2026-12-24", "validThrough": "2026-12-25"},
        {**SPEC, "opens": "10:00", "closes": "12:00", "validFrom": "2026-12-31", "validThrough": "2026-12-31"},
    ]
    profile = accepted(proposed(ld({"@type": "Plumber", "name": "A", "openingHoursSpecification": special}), URL))
    assert profile["business_hours"] == {"mon": NINE_TO_FIVE}
    assert [(h["date"], h["hours"]) for h in profile["holidays"]] == [
        ("2026-12-24", []),
        ("2026-12-25", []),
        ("2026-12-31", [{"open": "10:00", "close": "12:00"}]),
    ]


def test_services_come_out_of_nested_catalogues_with_their_bands_and_units() -> None:
    catalog = {
        "@type": "OfferCatalog",
        "itemListElement": [
            {
                "@type": "OfferCatalog",
                "name": "Drains",
                "itemListElement": [
                    {
                        "@type": "Offer",
                        "price": "149.00",
                        "priceCurrency": "USD",
                        "itemOffered": {"@type": "Service", "name": "Drain cleaning"},
                    }
                ],
            },
            {
                "@type": "Offer",
                "itemOffered": {"@type": "Service", "name": "Labor"},
                "priceSpecification": {
                    "@type": "UnitPriceSpecification",
                    "minPrice": 80,
                    "maxPrice": 120,
                    "unitCode": "HUR",
                    "priceCurrency": "USD",
                },
            },
            {
                "@type": "Offer",
                "itemOffered": {
                    "@type": "Service",
                    "name": "Heater",
                    "offers": {"@type": "AggregateOffer", "lowPrice": "1,390", "highPrice": "2,100"},
                },
            },
        ],
    }
    found = proposed(ld({**ACME, "hasOfferCatalog": catalog}), URL)
    assert [(s.name, s.price_low, s.price_high, s.unit) for s in found.services] == [
        ("Drain cleaning", Decimal("149.00"), Decimal("149.00"), "job"),
        ("Labor", Decimal("80.00"), Decimal("120.00"), "hour"),
        ("Heater", Decimal("1390.00"), Decimal("2100.00"), "job"),
    ]
    profile = accepted(found)
    assert profile["currency"] == "USD"
    assert profile["services"][1] == {
        "name": {"en": "Labor"},
        "unit": "hour",
        "price_low": "80.00",
        "price_high": "120.00",
    }


def test_questions_of_an_faq_page_become_faqs_without_html() -> None:
    page = {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": "Do you &amp; he come?",
                "acceptedAnswer": {"@type": "Answer", "text": "<p>Yes.</p><ul><li>Mon</li><li>Tue</li></ul>"},
            },
            {"@type": "Question", "name": "Nothing?"},
            "rubbish",
        ],
    }
    faqs = proposed(ld(page), URL).faqs
    assert [(f.question, f.answer) for f in faqs] == [("Do you & he come?", "Yes.\n\n- Mon\n- Tue")]


def test_areas_served_by_name_by_postcode_and_by_radius() -> None:
    area = ["Madison", {"@type": "City", "name": "Verona"}, "53703", {"@type": "GeoCircle", "geoRadius": "40000"}]
    profile = accepted(proposed(ld({**ACME, "areaServed": area}), URL))
    assert (profile["service_area_places"], profile["service_area_postcodes"], profile["service_area_radius_km"]) == (
        ["Madison", "Verona"],
        ["53703"],
        40.0,
    )


def test_microdata_is_read() -> None:
    html = """<div itemscope itemtype="https://schema.org/Electrician"><span itemprop="name">Volt</span>
    <a itemprop="telephone" href="tel:+34955012345">llámanos</a><div itemprop="address" itemscope itemtype="http://schema.org/PostalAddress">
    <span itemprop="streetAddress">C/ Feria 88</span> <span itemprop="postalCode">41003</span> <meta itemprop="addressCountry" content="España"></div>
    <time itemprop="openingHours" datetime="Mo-Fr 09:00-17:00">de lunes a viernes</time></div>"""
    profile = accepted(proposed(html, URL))
    assert (profile["name"], profile["phone"], profile["country"]) == ("Volt", "+34955012345", "ES")
    assert profile["business_hours"] == dict.fromkeys(WEEKDAYS, NINE_TO_FIVE)


def test_rdfa_is_read() -> None:
    html = """<div vocab="https://schema.org/" typeof="LocalBusiness"><h1 property="name">Acme</h1><span property="telephone">608-555-0142</span>
    <div property="address" typeof="PostalAddress"><span property="addressLocality">Madison</span></div></div>"""
    profile = accepted(proposed(html, URL))
    assert (profile["name"], profile["phone"], profile["address"]) == ("Acme", "+16085550142", {"city": "Madison"})


def test_without_data_the_text_is_read_with_less_confidence() -> None:
    html = """<html lang="en"><body><h1>Acme</h1><h2>Prices</h2><table><tr><th>Job</th><th>Price</th></tr><tr><td>Drain cleaning</td><td>$89 - $149</td></tr>
    <tr><td>Labor</td><td>$95/hr</td></tr><tr><td>New heater</td><td>from $1,390</td></tr></table>
    <footer><h4>Hours</h4><p>Monday - Friday: 9am - 5pm<br>Closed Sunday</p><p>1 Main Street, Madison, WI 53703</p><p>(608) 555-0142 hi@acme.example</p></footer></body></html>"""
    found = proposed(html, URL)
    profile = accepted(found)
    assert profile["business_hours"] == {**dict.fromkeys(WEEKDAYS, NINE_TO_FIVE), "sun": []}
    assert (profile["phone"], profile["email"]) == ("+16085550142", "hi@acme.example")
    assert profile["address"] == {"street": "1 Main Street", "city": "Madison", "region": "WI", "postal_code": "53703"}
    assert [(s.name, str(s.price_low), s.price_high and str(s.price_high), s.unit) for s in found.services] == [
        ("Drain cleaning", "89.00", "149.00", "job"),
        ("Labor", "95.00", "95.00", "hour"),
        ("New heater", "1390.00", None, "job"),
    ]
    assert all(0 < f.confidence < 0.9 and f.words for f in found.fields.values())
    assert "phone" not in found.as_profile(least=0.9)


def test_spanish_text_is_read_with_its_own_country() -> None:
    html = "<html lang='es-ES'><body><h1>Volt</h1><h3>Horario</h3><p>Lunes a viernes: 9:00 - 14:00 y 16:30 - 19:30</p><p>Tel. 954 55 01 98</p><p>Cuadro eléctrico: desde 290 €</p></body></html>"
    profile = accepted(proposed(html, "https://volt.example/"))
    assert profile["phone"] == "+34954550198"
    assert profile["business_hours"]["fri"] == [
        {"open": "09:00", "close": "14:00"},
        {"open": "16:30", "close": "19:30"},
    ]
    assert profile["services"] == [{"name": {"es": "Cuadro eléctrico"}, "unit": "job", "price_low": "290.00"}]


def test_pages_are_merged_and_what_differs_is_told_with_both_sources() -> None:
    one = proposed(ld(ACME), URL)
    two = proposed(ld({**ACME, "telephone": "608-555-0199", "openingHours": "Sa 10:00-12:00"}), URL + "contact")
    both = merged([one, two])
    assert both.fields["phone"].value == "+16085550142"
    told = [(c.field, c.kept.source, c.other.source, c.other.value) for c in both.conflicts]
    assert told == [("phone", URL, URL + "contact", "+16085550199")]
    assert set(both.fields["business_hours"].value) == {*WEEKDAYS, "sat"}
    assert merged([]) == Proposal()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Mon to Thu, 9 – 5:30", "mon 09:00-17:30"),
        ("Saturdays 8 a.m. to noon", "sat 08:00-12:00"),
        ("8am-5pm Monday", "mon 08:00-17:00"),
        ("L-V: 8:30-20:00 h", "fri 08:30-20:00"),
        ("S: 9:00-13:30 h", "sat 09:00-13:30"),
        ("Domingos y festivos cerrado", "sun "),
        ("Lun a Vie de 8:00 a 18:00 h", "wed 08:00-18:00"),
        ("Fri 6pm - 2am", "fri 18:00-02:00"),
        ("Weekdays 9 AM to 6 PM, Saturdays 10 AM to 3 PM", "sat 10:00-15:00"),
    ],
)
def test_lines_of_hours(text: str, wanted: str) -> None:
    week = read_hours(text)
    assert week is not None
    day, _, hours = wanted.partition(" ")
    assert " ".join(f"{s['open']}-{s['close']}" for s in week[day]) == hours


@pytest.mark.parametrize(
    "text",
    [
        "Call Monday 5 to 7 people",
        "Monday",
        "9-5",
        "On Monday we fixed 3 taps",
        "Sunday roast $9 - $12",
        "June 5 - June 9",
    ],
)
def test_what_is_not_hours_is_not_read_as_hours(text: str) -> None:
    assert read_hours(text) is None


def test_five_megabytes_of_json_are_refused_quickly() -> None:
    huge = ld({**ACME, "review": ["x" * 100] * 50_000})
    start = time.perf_counter()
    proposed(huge, URL)
    proposed(ld({"@graph": [ACME] * 3000}), URL)
    assert time.perf_counter() - start < 10


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["Mo-Fr 9-5", "$", "Monday", "2026-01-01", "tel:1", "//x[", "99999999999999999999"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@graph",
                    "@value",
                    "name",
                    "telephone",
                    "address",
                    "geo",
                    "latitude",
                    "openingHours",
                    "openingHoursSpecification",
                    "dayOfWeek",
                    "opens",
                    "closes",
                    "validFrom",
                    "validThrough",
                    "areaServed",
                    "hasOfferCatalog",
                    "offers",
                    "price",
                    "priceSpecification",
                    "itemListElement",
                    "itemOffered",
                    "mainEntity",
                    "acceptedAnswer",
                    "text",
                    "sameAs",
                    "logo",
                    "url",
                    "email",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(JSON, st.sampled_from(["Plumber", "FAQPage", "Service", ["LocalBusiness", 3], None]))
def test_any_json_is_read_without_an_error_into_an_acceptable_profile(data: Any, kind: Any) -> None:
    accepted(proposed(ld({**data, "@type": kind} if isinstance(data, dict) else data), URL))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str, url: str) -> None:
    accepted(
        proposed(f"<script type='application/ld+json'>{text}</script><h1>{text}</h1><p>{text} $5 Mon 8-5</p>", url)
    )
    read_hours(text)
