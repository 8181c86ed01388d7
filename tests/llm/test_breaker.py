from firstline.llm.breaker import Breaker


class Hand:
    now = 100.0

    def __call__(self):
        return self.now


def test_rests_after_failures_in_a_row_and_then_lets_one_trial_through():
    clock = Hand()
    breaker = Breaker(failures=2, rest_s=10, longest_rest_s=60, clock=clock)
    breaker.failed()
    assert breaker.may_try()
    breaker.failed()
    assert not breaker.may_try()
    clock.now += 11
    assert breaker.may_try()
    assert not breaker.may_try()
    breaker.failed()
    assert not breaker.may_try()
    clock.now += 11
    assert breaker.may_try()
    breaker.succeeded()
    assert breaker.may_try()
    assert breaker.may_try()


def test_a_success_between_failures_forgets_them():
    breaker = Breaker(failures=2, rest_s=10, longest_rest_s=60)
    for _ in range(3):
        breaker.failed()
        breaker.succeeded()
    assert breaker.may_try()


def test_retry_after_is_obeyed_at_once_but_not_for_ever():
    clock = Hand()
    breaker = Breaker(failures=3, rest_s=10, longest_rest_s=60, clock=clock)
    breaker.failed(retry_after_s=9999)
    assert not breaker.may_try()
    clock.now += 61
    assert breaker.may_try()


def test_an_abandoned_trial_gives_its_turn_to_the_next():
    clock = Hand()
    breaker = Breaker(failures=1, rest_s=10, longest_rest_s=60, clock=clock)
    breaker.failed()
    clock.now += 11
    assert breaker.may_try()
    breaker.abandoned()
    assert breaker.may_try()
