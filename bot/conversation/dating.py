"""How old what is said is: the year of each page, and when it was read."""

import datetime as dt

from bot.conversation.reply import Reply
from bot.knowledge.model import Source
from bot.knowledge.texts import Texts
from bot.language.typography import long_date


def dated(source: Source, read_on: dt.date | None, texts: Texts) -> str:
    """« page de 2012, lue en novembre 2026 »; empty where nothing is known."""
    # Of a day, « 1er mai 2018 », the month is kept.
    read = long_date(read_on).partition(" ")[2] if read_on else ""
    if source.date and read:
        return texts["page_datee_et_lue"].format(annee=source.date.year, lecture=read)
    if source.date:
        return texts["page_datee"].format(annee=source.date.year)
    return texts["page_lue"].format(lecture=read) if read else ""


def last_looked_at(reply: Reply, texts: Texts) -> str:
    """When a person checked the answer or, of one without a source, when it was written down."""
    if reply.checked_on:
        return texts["verifie"].format(date=long_date(reply.checked_on))
    if reply.collected_on and not reply.sources:
        return texts["releve"].format(date=long_date(reply.collected_on))
    return ""
