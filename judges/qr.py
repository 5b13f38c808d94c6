"""A QR code as the data of one SVG path: modules are 1 x 1, dark runs of a row joined."""

from dataclasses import dataclass

import segno

# Light modules around the code that readers rely on (ISO/IEC 18004).
QUIET_ZONE = 4


@dataclass(frozen=True)
class QrCode:
    """`path` for `<path d>` in a viewBox of 0 0 `size` `size`, quiet zone included."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    runs: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{x - start}v1h{start - x}z")
            x += 1
    return QrCode(len(rows) + 2 * QUIET_ZONE, "".join(runs))
