"""Where it is kept: schema, engines, journal, migrations."""
