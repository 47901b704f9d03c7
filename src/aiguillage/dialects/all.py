"""Every way in which a call may ask."""

from aiguillage.dialects import cx_lookups, encom_v0, encom_v1, freeswitch, twilio, v2, v2_lookups, webhook

DIALECTS = (encom_v1, v2, v2_lookups, encom_v0, cx_lookups, freeswitch, twilio, webhook)
"""The most frequent first."""
