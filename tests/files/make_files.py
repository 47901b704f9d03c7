"""Makes the files that import tests read, once: run python tests/files/make_files.py."""

from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
HEADER = ("Référence", "Société", "Prénom", "Nom", "Tél. fixe", "Tél. mobile", "Code client", "File d'attente", "VIP")
COMPANIES = ("Café de la Gare", "Pâtisserie Noël", "Garage Belleville", "Clinique des Acacias", "L'Œuvre & Fils")
LAST_NAMES = ("Lefèvre", "Muñoz", "Roche", "Gaël", "Béranger", "Châtel")
SPELLINGS = (
    "01 99 00 {a} {b}",
    "01.99.00.{a}.{b}",
    "01/99/00/{a}/{b}",
    "+33 1 99 00 {a} {b}",
    "0033199 00{a}{b}",
    "+33 (0)1-99-00-{a}-{b}",
)
BAD_NUMBERS = {100: "0612", 500: "pas de téléphone", 900: "01 99 00 12 34 56 78"}
DOUBLES = {300: 200, 700: 600}
"""Rows that have the reference, or the number, of an earlier one."""


def clients() -> list[tuple[str, ...]]:
    """A thousand rows as a business has them: six spellings, two doubles, three bad numbers."""
    rows: list[tuple[str, ...]] = []
    for n in range(1, 1001):
        a, b = divmod(n, 100)
        fixed = BAD_NUMBERS.get(n) or SPELLINGS[n % 6].format(a=f"{a:02}", b=f"{b:02}")
        mobile = f"06 39 98 {a:02} {b:02}" if n % 4 == 0 else ""
        vip = ("oui", "non", "", "x")[n % 4]
        rows.append(
            (
                f"C-{n:04}",
                COMPANIES[n % 5],
                "Zoé",
                LAST_NAMES[n % 6],
                fixed,
                mobile,
                f"{4000 + n}",
                f"{200 + n % 7}",
                vip,
            )
        )
    rows[299] = (rows[199][0], *rows[299][1:])
    rows[699] = (*rows[699][:4], rows[599][4], *rows[699][5:])
    return rows


def main() -> None:
    """Writes every file."""
    lines = [";".join(row) for row in [HEADER, *clients()]]
    (HERE / "clients-1000.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode("windows-1252"))
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("Code client", "Téléphone", "Société", "Astreinte"),
        (1234.0, 199001234, "Café de la Gare", True),
        (None, None, None, None),
        (1235, "'0199001235", "Pâtisserie Noël", "non"),
        (1236, 199001236.0, None, None),
    ):
        sheet.append(row)
    book.create_sheet("Notes").append(("anything", "else"))
    book.save(HERE / "clients.xlsx")


if __name__ == "__main__":
    main()
