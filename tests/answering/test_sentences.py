import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.answering.sentences import SentenceSplitter, split_sentences


def by_tokens(text, size):
    splitter = SentenceSplitter()
    out = []
    for start in range(0, len(text), size):
        out += splitter.feed(text[start : start + size])
    return out + splitter.flush()


CASES = [
    (["We are open today.", " Call us!", " Ok?"]),
    (["A visit is $1.50 a foot.", " Yes."]),
    (["We open at 7:30 a.m. on Mondays.", " We close at 5 p.m.", " See you."]),
    (["Abrimos a las 8 a. m. y cerramos a las 5 p. m.", " ¿Le sirve?"]),
    (["See https://acme.example/prices.html?a=1.2 for more.", " Thanks."]),
    (["Dr. Smith and Mr. J. Doe live at 12 Main St. Madison.", " Fine."]),
    (["Prices:", "\n1. Drain: $120", "\n2. Heater: $900"]),
    (["Steps:", "\n- **One.**", "\n- Two", "\n\nBye."]),
    (["It costs $900. [1]", " Next one.[2][3]", " End [1, 2]."]),
    (["He said “yes.”", " Good."]),
    (["¡Hola!", " ¿En qué le ayudo?", " Sr. Pérez, pase."]),
    (["El costo es $1.500,00 aprox. por día.", " Gracias."]),
    (["Wait... what", "\nok"]),
    (["Bring tools, etc. and more.", " We bring parts, etc.", " Ok."]),
    (["That is $1. 500 in all.", " Ok."]),
    (["Great!!", " So… yes."]),
    (["Hola.", "¿Qué tal?"]),
]


@pytest.mark.parametrize("pieces", CASES)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_sentences_are_cut_where_a_reader_would_whatever_the_tokens(pieces, size):
    assert by_tokens("".join(pieces), size) == pieces


@given(st.text(alphabet='ab A.!?\n[1], $5¿"*', max_size=80), st.integers(1, 9))
def test_the_pieces_join_to_exactly_what_was_fed(text, size):
    assert "".join(by_tokens(text, size)) == text


@given(st.text(alphabet='ab A.!?\n[1], $5¿"*', max_size=60), st.integers(1, 5))
def test_the_cuts_do_not_depend_on_the_tokens(text, size):
    assert by_tokens(text, size) == split_sentences(text)


@given(st.integers(0, 99999), st.integers(0, 99))
def test_an_amount_is_never_cut(whole, cents):
    amount = f"${whole:,}.{cents:02d}"
    assert any(amount in piece for piece in by_tokens(f"It is {amount} in all. Or more.", 2))


def test_a_sentence_is_given_back_as_soon_as_the_next_begins():
    splitter = SentenceSplitter()
    assert splitter.feed("We can help.") == []
    assert splitter.feed(" T") == ["We can help."]
    assert splitter.pending == " T"
