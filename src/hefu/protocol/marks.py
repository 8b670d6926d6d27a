"""Notes that stay with a declaration, whatever its state."""

from __future__ import annotations

from typing import Final

TAKEN_BACK: Final = "withdrawn-after-release"
"""An export declaration that was withdrawn after release; its certificates are told so."""
AFTER_USE: Final = "closed-after-use"
"""Closed when its certificates were used already; they are told so."""
OVERRIDDEN: Final = "released-by-two-officers"
"""It was held, and released by two officers."""
REOPENED: Final = "goods-reopened"
"""Its goods may have a certificate again."""
TOOK_EFFECT: Final = "took-effect"
"""An amendment that has changed its export declaration: the goods are counted as they read since, not by what it drew."""
DONE: Final = "amendment-done"
"""A certificate at tax whose amendment has taken effect: it covers nothing any more."""
MOVED: Final = "use-moved"
"""It had used a certificate that was another's."""
