"""One transaction for a whole request, whatever use cases it calls: all see one view, or are kept together."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from sqlalchemy import Connection

from aiguillage.storage.sqlite.engine import Database, told


class OneTransaction(Database):
    """A database as one request sees it: it begins to write when a use case does, and is done when the request is.

    So nothing waits for it while a file is read or a feed is fetched before the change. For use by one thread.
    """

    is_final = False

    def __init__(self, whole: Database) -> None:
        self.path = whole.path
        self._whole = whole
        self._transaction: AbstractContextManager[Connection] | None = None
        self._connection: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A view of all facts: with what this request has changed."""
        if self._connection is None:
            with self._whole.read() as connection:
                yield connection
        else:
            with told(self.path):
                yield self._connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A part of the transaction: everything in it or nothing, kept when the request is done."""
        if self._connection is not None:
            with told(self.path), self._connection.begin_nested():
                yield self._connection
            return
        self._transaction = self._whole.write()
        self._connection = self._transaction.__enter__()
        try:
            yield self._connection
        except BaseException as error:
            self._end(error)
            raise

    @contextmanager
    def last(self) -> Iterator[Connection]:
        """The last part of the transaction: where it fails, nothing of all that was done before is kept either."""
        try:
            with self.write() as connection:
                yield connection
        except BaseException as error:
            self._end(error)
            raise

    def _end(self, error: BaseException | None) -> None:
        transaction, self._transaction, self._connection = self._transaction, None, None
        if transaction is not None:
            transaction.__exit__(*((None, None, None) if error is None else (type(error), error, error.__traceback__)))

    def done(self) -> None:
        """Keeps all that was written. Raises Refusal(unavailable) when it cannot be kept; then nothing is."""
        self._end(None)


class OneView(Database):
    """A database as one request sees it that only reads: all its use cases see one unchanging view.

    A use case that writes all the same, as a session's last use is noted, does so beside the view. What is read when
    the view is over has one of its own. For use by one thread.
    """

    def __init__(self, whole: Database, views: ExitStack) -> None:
        self.path = whole.path
        self._whole = whole
        self._views = views
        self._connection: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """The view of all facts."""
        if self._connection is None:
            self._connection = self._views.enter_context(self._whole.read())
            self._views.callback(self._forget)
        with told(self.path):
            yield self._connection

    def _forget(self) -> None:
        self._connection = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction of its own."""
        with self._whole.write() as connection:
            yield connection

    @contextmanager
    def write_at_once(self) -> Iterator[Connection]:
        """The same, which waits for nobody."""
        with self._whole.write_at_once() as connection:
            yield connection


class Trial(Database):
    """A database on which a request is tried: all that it writes is undone, and nobody else ever sees it."""

    is_final = False

    def __init__(self, whole: Database, connection: Connection) -> None:
        self.path = whole.path
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A view of all facts: with what this try has changed."""
        with told(self.path):
            yield self._connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A part of the try: everything in it or nothing, until the try is over."""
        with told(self.path), self._connection.begin_nested():
            yield self._connection


@contextmanager
def tried(whole: Database, connection: Connection) -> Iterator[Trial]:
    """The database for one try in a transaction that has begun."""
    everything = connection.begin_nested()
    try:
        yield Trial(whole, connection)
    finally:
        everything.rollback()


@contextmanager
def one_transaction(whole: Database) -> Iterator[OneTransaction]:
    """The database for one request. What a use case has done is kept also where the request is refused after it."""
    one = OneTransaction(whole)
    try:
        yield one
    finally:
        one.done()


@contextmanager
def one_view(whole: Database) -> Iterator[OneView]:
    """The database for one request that only reads."""
    with ExitStack() as views:
        yield OneView(whole, views)
