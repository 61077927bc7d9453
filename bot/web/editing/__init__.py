"""/redaction: editors change what is answered, see what that changes, and publish it."""

from bot.web.editing import answers, entrance, others, publishing, requests

ROUTES = (
    *entrance.ROUTES,
    *answers.ROUTES,
    *others.ROUTES,
    *publishing.ROUTES,
    *requests.ROUTES,
)
