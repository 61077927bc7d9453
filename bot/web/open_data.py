"""The communes as a table that anyone may use again, under the licence that the territory names.

For a French spreadsheet first: semicolons, and the mark by which it knows UTF-8. A program finds
the status in the words of the outside interface, and the licence in the « Link » header.
"""

import asyncio
import csv
import io

from aiohttp import web
from yarl import URL

from bot.communes.commune import Commune
from bot.communes.gazetteer import Gazetteer
from bot.language.typography import NARROW, NO_BREAK
from bot.web.keys import SERVICES

_BEFORE = ("code_insee", "nom", "codes_postaux", "intercommunalite", "statut", "etiquette")
_AFTER = (
    "cites", "mairie_telephone", "mairie_horaires", "mairie_adresse", "mairie_site",
    "mairie_releve",
)  # fmt: skip


async def communes_csv(request: web.Request) -> web.Response:
    gazetteer = request.app[SERVICES].assistant.gazetteer
    if not gazetteer:
        raise web.HTTPNotFound
    # Thousands of lines take longer than anyone else should wait.
    table = await asyncio.to_thread(_table, gazetteer)
    response = web.Response(body=table, content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="communes.csv"'
    response.headers["Cache-Control"] = "no-cache"
    licence = gazetteer.region.licence
    if licence and licence.url:
        response.headers["Link"] = f'<{URL(licence.url)}>; rel="license"'
    return response


def _table(gazetteer: Gazetteer) -> bytes:
    region, table = gazetteer.region, io.StringIO()
    write = csv.writer(table, delimiter=";").writerow
    write((*_BEFORE, *([region.columns.zone] if region.zone else []), *_AFTER))
    for commune in gazetteer.communes:
        zone = ["oui" if commune.in_zone else "non"] if region.zone else []
        write((*_standing(commune), *zone, "|".join(commune.cites), *_town_hall(commune)))
    return table.getvalue().replace(NO_BREAK, " ").replace(NARROW, " ").encode("utf-8-sig")


def _standing(commune: Commune) -> tuple[str, ...]:
    postcodes = "|".join(commune.postcodes)
    status, label = commune.status.value, commune.standing.label
    return commune.code_insee, commune.name, postcodes, commune.epci, status, label


def _town_hall(commune: Commune) -> tuple[str | None, ...]:
    hall = commune.town_hall
    if hall is None:
        return (None,) * 5
    return hall.phone, hall.hours, hall.address, hall.url, f"{hall.as_of:%Y-%m}"


ROUTES = (web.get("/api/v1/communes.csv", communes_csv),)
