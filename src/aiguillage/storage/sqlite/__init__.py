"""What only SQLite does: the one side that the desk's database has, behind these operations.

The rest of `storage/` is SQLAlchemy's text, which another database understands as it is. A second side has these
modules again, with the same functions (docs/decisions/0052-what-only-sqlite-does-has-a-room.md):

    engine      transactions: read, write, write_at_once; a file that is another than before, too full or damaged
    library     the library itself, its pragmas, and what its errors mean
    staging     a place for the rows of an import, written beside the database         staged, matching,
    changes     what the staged rows change, written in a few statements               clashes: what they meet
    aside       an account's facts copied into memory, to be changed there
    word_index  contacts by the beginnings of their words
    alike       text compared without case and accents
    people      rows whose texts mention a number, for an erasure
    scrubbing   nothing of what was erased is left in the file
    backup      a copy of the whole, and its way back
    damage      the walk that finds damaged rows
    frozen      the file as it lay, where it cannot be opened as usual; room: whether the disk has any
"""
