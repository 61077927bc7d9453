"""What two readers of codes find on a page that is printed."""

import numpy as np
import pypdfium2
import pytest
import zxingcpp


def read_codes(pdf: bytes, scale: float) -> tuple[list[str], list[str]]:
    """What each of them finds on the only page, drawn in grey at `scale` times 72 dots an inch."""
    pyzbar = pytest.importorskip(
        "pyzbar.pyzbar", reason="la bibliothèque zbar n’est pas installée", exc_type=ImportError
    )
    (page,) = pypdfium2.PdfDocument(pdf)
    seen = np.asarray(page.render(scale=scale, grayscale=True).to_numpy()).squeeze()
    height, width = seen.shape
    found = pyzbar.decode((np.ascontiguousarray(seen).tobytes(), width, height))
    return (
        [one.text for one in zxingcpp.read_barcodes(seen)],
        [one.data.decode() for one in found],
    )
