"""Every use case about facts, and survey records, that names an account: the role it takes, and what it changes."""

from aiguillage.desk import (
    calendars,
    checks,
    column_maps,
    cti_maps,
    ctis,
    facts,
    holidays,
    phone_systems,
    rota_feeds,
    rotas,
    sources,
    surveys,
    switches,
    weeks,
)
from aiguillage.domain.accounts import Role
from aiguillage.domain.queues import Calendar, Group
from aiguillage.domain.surveys import SurveyRecord
from aiguillage.storage.surveys import RecordSearch
from tests.calendars import CLOSED, URL
from tests.cast import ACCOUNT
from tests.desk.use_case import Asked, UseCase, id_of

KEY = "0123456789abcdef"
HEADED = "Client;Tél\nA-1;0199001234\n".encode()


def record_id(asked: Asked) -> int:
    """The id of CL0000's one survey record."""
    found = surveys.list_records(asked.cast.db, asked.cast.operator, ACCOUNT, RecordSearch())
    return found.records[0].id


def records(asked: Asked) -> list[SurveyRecord]:
    """A survey record of CL0000's one survey."""
    return [SurveyRecord(survey_id=id_of(asked, "survey"), moment=asked.actor.at)]


RESOURCE_USE_CASES = [
    UseCase(
        calendars.add_calendar,
        Role.EDIT,
        lambda a: calendars.add_calendar(
            a.cast.db,
            a.actor,
            a.code,
            Calendar(owner_type="rota", owner_id=id_of(a, "rota"), name="Shifts"),
            CLOSED,
        ),
        "facts",
    ),
    UseCase(
        calendars.begin_calendar,
        Role.EDIT,
        lambda a: calendars.begin_calendar(
            a.cast.db,
            a.actor,
            a.code,
            Calendar(owner_type="rota", owner_id=id_of(a, "rota"), name="Shifts", url=URL),
        ),
        "facts",
    ),
    UseCase(
        calendars.refresh_calendar,
        Role.EDIT,
        lambda a: calendars.refresh_calendar(a.cast.db, a.actor, a.code, id_of(a, "calendar"), fetch=lambda _: CLOSED),
        "facts",
    ),
    UseCase(
        calendars.begin_refresh,
        Role.EDIT,
        lambda a: calendars.begin_refresh(a.cast.db, a.actor, a.code, id_of(a, "calendar"), fetch=lambda _: CLOSED),
    ),
    UseCase(
        calendars.set_calendar,
        Role.EDIT,
        lambda a: calendars.set_calendar(a.cast.db, a.actor, a.code, id_of(a, "calendar"), {"name": "Closures"}),
        "facts",
    ),
    UseCase(calendars.list_calendars, Role.READ, lambda a: calendars.list_calendars(a.cast.db, a.actor, a.code)),
    UseCase(
        facts.add_fact,
        Role.EDIT,
        lambda a: facts.add_fact(a.cast.db, a.actor, a.code, Group(name="Ateliers")),
        "facts",
    ),
    UseCase(
        facts.add_facts,
        Role.EDIT,
        lambda a: facts.add_facts(a.cast.db, a.actor, a.code, [Group(name="Ateliers")]),
        "facts",
    ),
    UseCase(
        facts.set_fact,
        Role.EDIT,
        lambda a: facts.set_fact(a.cast.db, a.actor, a.code, "queue", id_of(a, "queue"), {"name": "Assistance"}),
        "facts",
    ),
    UseCase(
        facts.remove_fact,
        Role.EDIT,
        lambda a: facts.remove_fact(a.cast.db, a.actor, a.code, "holiday", id_of(a, "holiday")),
        "facts",
    ),
    UseCase(
        facts.show_fact, Role.READ, lambda a: facts.show_fact(a.cast.db, a.actor, a.code, "rota", id_of(a, "rota"))
    ),
    UseCase(facts.list_facts, Role.READ, lambda a: facts.list_facts(a.cast.db, a.actor, a.code, "blocked")),
    UseCase(facts.find_fact, Role.READ, lambda a: facts.find_fact(a.cast.db, a.actor, a.code, "queue", "support")),
    UseCase(
        holidays.observe_holidays,
        Role.EDIT,
        lambda a: holidays.observe_holidays(a.cast.db, a.actor, a.code, "FR"),
        "facts",
    ),
    UseCase(
        holidays.set_holiday,
        Role.EDIT,
        lambda a: holidays.set_holiday(a.cast.db, a.actor, a.code, "Noël", off=True),
        "facts",
    ),
    UseCase(
        holidays.set_holidays,
        Role.EDIT,
        lambda a: holidays.set_holidays(a.cast.db, a.actor, a.code, {"Noël": holidays.Setting(off=True)}),
        "facts",
    ),
    UseCase(
        weeks.copy_day,
        Role.EDIT,
        lambda a: weeks.copy_day(a.cast.db, a.actor, a.code, "queue", id_of(a, "queue"), 1, [2]),
        "facts",
    ),
    UseCase(checks.check_account, Role.READ, lambda a: checks.check_account(a.cast.db, a.actor, a.code)),
    UseCase(
        holidays.forget_holidays, Role.EDIT, lambda a: holidays.forget_holidays(a.cast.db, a.actor, a.code), "facts"
    ),
    UseCase(
        switches.flip_switch,
        Role.EDIT,
        lambda a: switches.flip_switch(a.cast.db, a.actor, a.code, id_of(a, "switch"), "on"),
        "facts",
    ),
    UseCase(
        switches.issue_switch_code,
        Role.MANAGE,
        lambda a: switches.issue_switch_code(a.cast.db, a.actor, a.code, id_of(a, "switch")),
        "secrets",
    ),
    UseCase(
        switches.revoke_switch_code,
        Role.MANAGE,
        lambda a: switches.revoke_switch_code(a.cast.db, a.actor, a.code, id_of(a, "switch")),
        "secrets",
    ),
    UseCase(
        ctis.issue_cti_token,
        Role.MANAGE,
        lambda a: ctis.issue_cti_token(a.cast.db, a.actor, a.code, id_of(a, "cti")),
        "secrets",
    ),
    UseCase(
        ctis.revoke_cti_token,
        Role.MANAGE,
        lambda a: ctis.revoke_cti_token(a.cast.db, a.actor, a.code, id_of(a, "cti")),
        "secrets",
    ),
    UseCase(
        rota_feeds.issue_rota_feed,
        Role.MANAGE,
        lambda a: rota_feeds.issue_rota_feed(a.cast.db, a.actor, a.code, id_of(a, "rota")),
        "secrets",
    ),
    UseCase(
        rota_feeds.revoke_rota_feed,
        Role.MANAGE,
        lambda a: rota_feeds.revoke_rota_feed(a.cast.db, a.actor, a.code, id_of(a, "rota")),
        "secrets",
    ),
    UseCase(
        calendars.show_calendar,
        Role.READ,
        lambda a: calendars.show_calendar(a.cast.db, a.actor, a.code, id_of(a, "calendar")),
    ),
    UseCase(
        facts.remove_facts,
        Role.EDIT,
        lambda a: facts.remove_facts(a.cast.db, a.actor, a.code, "holiday", [id_of(a, "holiday")]),
        "facts",
    ),
    UseCase(
        phone_systems.set_auth_token,
        Role.MANAGE,
        lambda a: phone_systems.set_auth_token(
            a.cast.db, a.actor, a.code, id_of(a, "phone_system"), "0123456789abcdef"
        ),
        "facts",
    ),
    UseCase(
        phone_systems.forget_auth_token,
        Role.MANAGE,
        lambda a: phone_systems.forget_auth_token(a.cast.db, a.actor, a.code, id_of(a, "phone_system")),
        "facts",
    ),
    UseCase(
        phone_systems.has_auth_token,
        Role.READ,
        lambda a: phone_systems.has_auth_token(a.cast.db, a.actor, a.code, id_of(a, "phone_system")),
    ),
    UseCase(sources.show_source, Role.EDIT, lambda a: sources.show_source(a.cast.db, a.actor, a.code)),
    UseCase(sources.find_source, Role.EDIT, lambda a: sources.find_source(a.cast.db, a.actor, a.code)),
    UseCase(
        sources.set_source,
        Role.EDIT,
        lambda a: sources.set_source(a.cast.db, a.actor, a.code, {"url": "https://example.org/contacts.csv"}),
        "facts",
    ),
    UseCase(sources.remove_source, Role.EDIT, lambda a: sources.remove_source(a.cast.db, a.actor, a.code), "facts"),
    UseCase(sources.begin_source, Role.EDIT, lambda a: sources.begin_source(a.cast.db, a.actor, a.code)),
    UseCase(
        sources.run_source,
        Role.EDIT,
        lambda a: sources.run_source(a.cast.db, a.actor, a.code, fetch=lambda _url: b""),
        "facts",
    ),
    UseCase(
        sources.look_at_source,
        Role.EDIT,
        lambda a: sources.look_at_source(a.cast.db, a.actor, a.code, fetch=lambda _url: HEADED),
    ),
    UseCase(
        column_maps.remembered_columns,
        Role.EDIT,
        lambda a: column_maps.remembered_columns(a.cast.db, a.actor, a.code, HEADED),
    ),
    UseCase(
        column_maps.remember_columns,
        Role.EDIT,
        lambda a: column_maps.remember_columns(a.cast.db, a.actor, a.code, HEADED, {"Client": "reference"}),
        "facts",
    ),
    UseCase(
        column_maps.forget_columns,
        Role.EDIT,
        lambda a: column_maps.forget_columns(a.cast.db, a.actor, a.code, HEADED),
        "facts",
    ),
    UseCase(holidays.show_observance, Role.READ, lambda a: holidays.show_observance(a.cast.db, a.actor, a.code)),
    UseCase(
        rotas.show_duty,
        Role.READ,
        lambda a: rotas.show_duty(a.cast.db, a.actor, a.code, id_of(a, "rota"), a.actor.at),
    ),
    UseCase(
        rotas.list_gaps,
        Role.READ,
        lambda a: rotas.list_gaps(a.cast.db, a.actor, a.code, id_of(a, "rota"), 0, 1),
    ),
    UseCase(
        cti_maps.import_ctis,
        Role.EDIT,
        lambda a: cti_maps.import_ctis(a.cast.db, a.actor, a.code, [cti_maps.MapRow(1, "Usine")]),
        "facts",
    ),
    UseCase(cti_maps.read_map, Role.EDIT, lambda a: cti_maps.read_map(a.cast.db, a.actor, a.code, b"cti\nUsine\n")),
    UseCase(cti_maps.export_ctis, Role.READ, lambda a: cti_maps.export_ctis(a.cast.db, a.actor, a.code)),
    UseCase(
        surveys.add_records,
        Role.EDIT,
        lambda a: surveys.add_records(a.cast.db, a.actor, a.code, records(a)),
        "contacts",
    ),
    UseCase(
        surveys.set_record,
        Role.EDIT,
        lambda a: surveys.set_record(a.cast.db, a.actor, a.code, record_id(a), {"score_1": "1"}),
        "contacts",
    ),
    UseCase(
        surveys.remove_records,
        Role.EDIT,
        lambda a: surveys.remove_records(a.cast.db, a.actor, a.code, [record_id(a)]),
        "contacts",
    ),
    UseCase(
        surveys.show_record,
        Role.READ,
        lambda a: surveys.show_record(a.cast.db, a.actor, a.code, record_id(a)),
    ),
    UseCase(
        surveys.list_records,
        Role.READ,
        lambda a: surveys.list_records(a.cast.db, a.actor, a.code, RecordSearch()),
    ),
    UseCase(surveys.export_records, Role.READ, lambda a: surveys.export_records(a.cast.db, a.actor, a.code)),
]
