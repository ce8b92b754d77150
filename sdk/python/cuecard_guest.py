"""The way from the host to the functions of main.py and back. `cuecard build` makes the component of it.

Clock and chance are the turn's own: `time.time` and `random` ask the host. What was imported here is in the component's
memory already, ready when a call begins.
"""

import random
import time
from os.path import basename

import wit_world
from componentize_py_types import Err
from cuecard import Classification, host



class _TurnsOwn(random.Random):
    """Draws what the turn draws: a replay draws the same."""

    def random(self):
        return host.random()

    def getrandbits(self, k):
        bits = 0
        for _ in range(0, k, 32):
            bits = bits << 32 | int(host.random() * 2**32)
        return bits >> (-k % 32)

    def seed(self, *_):
        pass


_own = _TurnsOwn()
for _name in random.__all__:
    if hasattr(_own, _name):
        setattr(random, _name, getattr(_own, _name))
time.time = host.now

import main  # noqa: E402 - after clock and chance are the host's


class WitWorld(wit_world.WitWorld):
    def compose(self, turn):
        return _call("compose", [], turn)

    def localize(self, draft, culture):
        return _call("localize", draft, draft, culture)

    def trigger(self, event, customer):
        return _call("trigger", [], event, customer)

    def classify(self, turn):
        return _call("classify", Classification(None, None, None, None, ""), turn)


def _call(name, silent, *given):
    """A hook that main.py leaves out changes nothing; an error reaches the author with file and line."""
    hook = getattr(main, name, None)
    if hook is None:
        return silent
    try:
        return hook(*given)
    except Err:
        raise
    except Exception as error:
        raise Err(f"{_place(error)}{type(error).__name__}: {error}") from None


def _place(error):
    trace, place = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename != __file__:
            place = f"{basename(code.co_filename)}:{trace.tb_lineno}: "
        trace = trace.tb_next
    return place
