"""All commands in one tree."""

from aiguillage.cli import (
    accounts,
    blocked,
    calendars,
    calls,
    contacts,
    ctis,
    documents,
    exchange,
    explaining,
    fields,
    geo,
    holidays,
    hours,
    installation,
    people,
    queues,
    replaying,
    rotas,
    serving,
    sessions,
    switches,
    tokens,
    turns,
    users,
    webhooks,
    week,
)
from aiguillage.cli.program import new_application

application = new_application()
serving.register(application)
installation.register(application)
for name, group in (
    ("account", accounts.group),
    ("user", users.group),
    ("token", tokens.group),
    ("session", sessions.group),
    ("field", fields.group),
    ("contacts", contacts.group),
    ("queue", queues.queue_commands),
    ("group", queues.group_commands),
    ("hours", hours.hours_commands),
    ("exception", hours.exception_commands),
    ("holiday", holidays.holiday_commands),
    ("calendar", calendars.calendar_commands),
    ("switch", switches.switch_commands),
    ("geo", geo.geo_commands),
    ("rota", rotas.rota_commands),
    ("blocked", blocked.blocked_commands),
    ("cti", ctis.cti_commands),
    ("webhook", webhooks.webhook_commands),
    ("facts", documents.facts_commands),
    ("person", people.person_commands),
):
    application.add_typer(group, name=name)
exchange.register(contacts.group)
turns.register(rotas.rota_commands)
explaining.register(application)
week.register(application)
calls.register(application)
replaying.register(application)
