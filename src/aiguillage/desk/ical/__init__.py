"""iCal (RFC 5545): what calendar programs publish becomes spans on the account's wall clock, and shifts a calendar.

    bytes    parts.py     unfolded, decoded, cut into events, time zones and their properties
    values   written.py   one event as it is written: when it begins, how long it takes, how it repeats
             zones.py     a time zone's name, or the calendar's own definition of it, as a clock
    events   series.py    its repeats, without what was taken out of them, with what was moved
             reading.py   on the account's wall; what is left out, and why
    shifts   writing.py   the other way

A calendar is somebody else's text: nothing here takes longer than its size, and two bounds, allow (recurrence.py). What
programs write against the standard is read as it is meant, where that is certain; else the event is left out, and told.
"""
