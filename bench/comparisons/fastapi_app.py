"""The same answer by FastAPI and SQLAlchemy's ORM, as their manuals show it: one search by primary key in SQLite.

uvicorn runs it, in an environment of its own: requirements/bench.txt.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

ADMITTED = f"Bearer {os.environ['BENCH_SECRET']}"
ACCOUNT = os.environ["BENCH_ACCOUNT"]
engine = create_engine(os.environ["BENCH_DATABASE"])


class Base(DeclarativeBase):
    """The tables."""


class Contact(Base):
    """A number and where its calls go."""

    __tablename__ = "contacts"
    number: Mapped[str] = mapped_column(primary_key=True)
    destination1: Mapped[str]
    destination2: Mapped[str]


@dataclass
class Answer:
    """What a call is answered."""

    destination1: str | None
    destination2: str | None
    destination3: str | None = None
    destination4: str | None = None


def open_session() -> Iterator[Session]:
    """A session for one request."""
    with Session(engine) as session:
        yield session


def route(
    customerAccount: str,  # noqa: N803 - as it is sent
    number: str,
    authorization: Annotated[str, Header()],
    session: Annotated[Session, Depends(open_session)],
) -> Answer:
    """One call."""
    if authorization != ADMITTED or customerAccount != ACCOUNT:
        raise HTTPException(403)
    found = session.get(Contact, "+" + number[2:] if number.startswith("00") else number)
    if found is None:
        raise HTTPException(404)
    return Answer(found.destination1, found.destination2)


app = FastAPI()
app.add_api_route("/api/v1/smartRoutings", route)
