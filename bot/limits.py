"""How much one address or one chat may ask, so that a flood by one does not slow the others."""

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

#: Whoever connects is a proxy: the router of a host, whose address is never the same.
ANY_PROXY = "*"
#: Who may say, by X-Forwarded-For, for whom a request is made.
Networks = tuple[IPv4Network | IPv6Network | Literal["*"], ...]
#: Questions at once, then a second: a class of thirty behind one address is never held up.
AT_ONCE, A_SECOND = 120, 5.0
#: Seconds of quiet after which an asker has her whole share again, as one who never asked.
QUIET = AT_ONCE / A_SECOND
#: Askers remembered at once; beyond, the one that has been quiet longest is forgotten.
ASKERS = 20_000
#: Seconds after which the key of the pseudonyms is another, and all begin anew.
KEY_SECONDS = 3600.0


class Limits:
    """A token bucket for each asker (RFC 2697's idea, without colours), in memory alone.

    Who asks is kept as a digest under a key made at random each hour: what is in memory tells no
    address and no chat.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._key, self._renewed = secrets.token_bytes(32), clock()

    def wait(self, asker: str, cost: float = 1.0) -> int:
        """0, and the request is counted; or the whole seconds until it may be made.

        `cost` is in questions: what is cheaper to answer counts less.
        """
        now = self._clock()
        if now - self._renewed > KEY_SECONDS:
            self._buckets.clear()
            self._key, self._renewed = secrets.token_bytes(32), now
        who = hashlib.blake2b(asker.encode(), key=self._key, digest_size=16).digest()
        left, at = self._buckets.pop(who, (float(AT_ONCE), now))
        left = min(left + (now - at) * A_SECOND, float(AT_ONCE))
        refused = left < cost
        self._buckets[who] = (left if refused else left - cost, now)
        # By turns: the first was quiet for longest.
        while len(self._buckets) > ASKERS or now - next(iter(self._buckets.values()))[1] > QUIET:
            self._buckets.popitem(last=False)
        return math.ceil((cost - left) / A_SECOND) if refused else 0
