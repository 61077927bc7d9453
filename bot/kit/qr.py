"""QR codes: of a poster, and of an answer that is printed."""

import io

import segno


def qr(address: str) -> segno.QRCode:
    """The QR code of an address: a tenth of it may be stained (level M)."""
    return segno.make_qr(address, error="m")


def drawn(address: str, form: str) -> bytes:
    """Its picture, of the form « svg » or « png »."""
    written = io.BytesIO()
    sized = {"unit": "mm", "scale": 1} if form == "svg" else {"scale": 12}
    qr(address).save(written, kind=form, **sized)
    return written.getvalue()
