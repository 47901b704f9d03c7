"""What 3CX loads into its CRM settings, filled in for an account."""

from aiguillage.api.operations import Asked, File, Nothing, Operations
from aiguillage.api.resources.phone_systems import TAG
from aiguillage.domain.accounts import Role
from aiguillage.integrations import Place, file_of

OPERATIONS = Operations(TAG, needs=Role.READ)
SYSTEM, NAME = "3cx", "3cx.xml"
PATH = f"/integrations/{NAME}"
XML = "text/xml"


@OPERATIONS.get(
    PATH,
    "crmTemplate",
    gives=(XML,),
    samples={XML: '<Crm Country="FR" Name="aiguillage CL0000" Version="1" SupportsEmojis="true">...</Crm>'},
)
def _template(asked: Asked[Nothing, None]) -> File:
    """The CRM template for 3CX.

    It asks this server, by the address at which you ask it, or by its public one. It has no token: 3CX asks for one
    when the template is added.
    """
    place = Place(asked.url.partition(PATH)[0], asked.account)
    return File(iter((file_of(SYSTEM, NAME, place).encode(),)), XML, f"{SYSTEM}-{asked.account}.xml")
