"""The second factor in the console: turned on by a code, asked for at sign-in, taken off."""

import re
import time

import pyotp

from aiguillage.cli.demo_examples import PASSWORD
from aiguillage.console.pages.second_factor import picture
from tests.console.visiting import EDITOR, Site, text_of

ME = "/console/me"
SECRET = re.compile(r'name="secret" value="([A-Z2-7]+)"')


def test_a_second_factor_is_turned_on_needed_at_sign_in_and_taken_off(own_site: Site) -> None:
    editor = own_site.as_(EDITOR)
    refused = editor.send_form(f"{ME}/second-factor", begin="not mine at all")
    assert refused.status_code == 422
    assert "password or the code is wrong" in text_of(refused)

    begun = editor.send_form(f"{ME}/second-factor", begin=PASSWORD)
    secret = SECRET.search(begun.text)
    assert secret
    assert "<svg" in begun.text
    again = editor.send_form(f"{ME}/second-factor/confirm", secret=secret[1], code="000 00")
    assert again.status_code == 422
    assert SECRET.search(again.text)

    app = pyotp.TOTP(secret[1])
    on = editor.send_form(f"{ME}/second-factor/confirm", secret=secret[1], code=app.now())
    assert "Your second factor is on" in text_of(on)
    assert editor.send_form(f"{ME}/second-factor/confirm", secret=secret[1], code=app.now()).status_code == 422
    with own_site.visitor() as elsewhere:
        assert elsewhere.sign_in(EDITOR).status_code == 422
        # A code is good for one use: the next one is good already, a phone's clock may be that wrong.
        assert elsewhere.sign_in(EDITOR, code=app.at(time.time() + 30)).status_code == 200

    assert editor.send_form(f"{ME}/second-factor/end", proof="000000").status_code == 422
    assert "Your second factor is off" in text_of(editor.send_form(f"{ME}/second-factor/end", proof=PASSWORD))


def test_the_picture_has_no_style_and_none_of_the_text() -> None:
    drawn = picture("otpauth://totp/a?secret=ABC&issuer=<b>")
    assert "style=" not in drawn
    assert "otpauth" not in drawn
