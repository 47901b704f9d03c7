"""How a call asks: one file per wire dialect, request -> Question and Decision -> answer."""
