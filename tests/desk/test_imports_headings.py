"""Headings of the files that other programs write: which columns are read, as what, and why the others are not."""

import pytest

from aiguillage.desk.importing.columns import understand
from aiguillage.desk.importing.headings import said_by
from aiguillage.desk.imports import ImportRefused
from aiguillage.domain.contacts import FIRST_FIELDS, Contact, Telecom
from aiguillage.domain.errors import Kind
from tests.desk.contact_files import Desk
from tests.refusal import refused

GOOGLE_OLD = (
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Name Prefix,Nickname,Birthday,Notes,Group Membership,"
    "E-mail 1 - Type,E-mail 1 - Value,IM 1 - Service,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,"
    "Address 1 - Formatted,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title,Website 1 - Value"
)
GOOGLE_NEW = (
    "First Name,Middle Name,Last Name,Phonetic First Name,File As,Organization Name,Organization Title,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,"
    "Address 1 - City,Custom Field 1 - Value"
)
OUTLOOK_FRENCH = (
    "Titre,Prénom,Deuxième prénom,Nom,Suffixe,Société,Service,Rue (bureau),Code postal (bureau),"
    "Téléphone de l'assistant(e),Télécopie (bureau),Téléphone (bureau),Téléphone 2 (bureau),Téléphone (voiture),"
    "Téléphone société,Télécopie (domicile),Téléphone (domicile),Téléphone 2 (domicile),RNIS,Tél. mobile,"
    "Télécopie (autre),Téléphone (autre),Récepteur de radiomessagerie,Téléphone principal,Radio téléphone,"
    "Téléphone TDD/TTY,Télex,Adresse de messagerie,Type de messagerie,Nom complet de l'adresse de messagerie,"
    "Adresse de messagerie 2,Anniversaire,Autre boîte postale,Bureau,Code gouvernement,Compte,"
    "Numéro d'identification de l'organisation,Page Web"
)
OUTLOOK_ENGLISH = (
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Assistant's Phone,"
    "Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,"
    "Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,"
    "E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,Government ID Number,Office Location,Web Page"
)
EBP = (
    "Code (tiers),Nom,Civilité (contact) (facturation),Nom (contact) (facturation),Prénom (facturation),"
    "Adresse 1 (facturation),Code postal (facturation),Code Pays (facturation),Téléphone fixe (facturation),"
    "Téléphone portable (facturation),Fax (facturation),E-mail (facturation),Nom (adresse) (livraison),"
    "Nom (contact) (livraison),Téléphone fixe (livraison),Numéro de TVA intracommunautaire,SIRET,Code du collaborateur"
)
EBP_DOCUMENTS = (
    "Document - Numéro du document,Document - Code client,Document - Nom du client,"
    "Document - Nom (contact) (facturation),Document - Prénom (facturation),Document - Téléphone fixe (facturation)"
)
SAGE = (
    "Numéro compte,Intitulé,Type,Qualité,Contact,Adresse,Code postal,Téléphone,Télécopie,Portable,E-mail,Site,N° SIRET"
)
SAGE_TABLES = "CT_Num,CT_Intitule,CG_NumPrinc,CT_Contact,CT_Telephone,CT_Telecopie,CT_EMail,CT_Langue,CT_NumPayeur"
SAGE_CONTACTS = "CT_Num,CT_Nom,CT_Prenom,N_Service,CT_Fonction,CT_Telephone,CT_TelPortable,CT_Telecopie,CT_EMail"
SALESFORCE = (
    "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Phone,Fax,Mobile,Other Phone,Home Phone,"
    "Asst. Phone,Email,Email Opt Out,Do Not Call,Account Owner,Contact ID,Account ID"
)
SALESFORCE_LOADER = (
    "ID,ACCOUNTID,LASTNAME,FIRSTNAME,NAME,PHONE,FAX,MOBILEPHONE,HOMEPHONE,OTHERPHONE,ASSISTANTPHONE,EMAIL"
)
SALESFORCE_API = "Id,FirstName,LastName,Name,Account.Name,Phone,MobilePhone,OtherPhone,AssistantPhone,Email"
HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Company Phone Number,WhatsApp Phone Number,"
    "Contact owner,Primary Associated Company ID,Associated Company,Company name,Create Date,Email Domain,Work email"
)
HUBSPOT_OBJECTS = "Record ID - Contact,First Name - Contact,Phone Number - Contact,Email - Contact,Company name"
SALESFORCE_FRENCH = (
    "Nom du compte,Prénom,Nom,Fonction,Téléphone,Télécopie,Mobile,Email,ID du contact,Propriétaire du contact"
)
PIPEDRIVE = "Person - Name,Person - Phone - Work,Person - Phone - Mobile,Person - Email - Work,Organization - Name"
DOLIBARR = "Nom du tiers,Code client,Tél pro,Tél perso,Tél portable,Fax,Email,Code fournisseur"
THUNDERBIRD = (
    "Display Name,Nickname,Primary Email,Secondary Email,Work Phone,Home Phone,Fax Number,Pager Number,Mobile Number"
)
SHOP = (
    "billing_first_name,billing_last_name,billing_company,billing_phone,billing_email,shipping_first_name,"
    "shipping_phone"
)

READ = {
    GOOGLE_OLD: {
        "Given Name": "first_name",
        "Family Name": "last_name",
        "Organization 1 - Name": "company",
        "E-mail 1 - Value": "emails",
        "Phone 1 - Value": "number",
        "Phone 2 - Value": "number",
        "Phone 1 - Type": "kind",
        "Phone 2 - Type": "kind",
    },
    GOOGLE_NEW: {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Organization Name": "company",
        "E-mail 1 - Value": "emails",
        "E-mail 2 - Value": "emails",
        "Phone 1 - Value": "number",
        "Phone 1 - Label": "kind",
    },
    OUTLOOK_FRENCH: {
        "Prénom": "first_name",
        "Nom": "last_name",
        "Société": "company",
        "Adresse de messagerie": "emails",
        "Adresse de messagerie 2": "emails",
        **dict.fromkeys(("Télécopie (bureau)", "Télécopie (domicile)", "Télécopie (autre)"), "fax"),
        **dict.fromkeys(("Téléphone (bureau)", "Téléphone 2 (bureau)"), "work"),
        **dict.fromkeys(("Téléphone (domicile)", "Téléphone 2 (domicile)"), "home"),
        "Tél. mobile": "mobile",
        "Téléphone (voiture)": "number",
        "Téléphone société": "number",
        "RNIS": "number",
        "Téléphone (autre)": "number",
        "Téléphone principal": "number",
        "Radio téléphone": "number",
        "Téléphone de l'assistant(e)": "number",
        "Téléphone TDD/TTY": "number",
    },
    OUTLOOK_ENGLISH: {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Company": "company",
        "E-mail Address": "emails",
        "E-mail 2 Address": "emails",
        **dict.fromkeys(("Business Fax", "Home Fax", "Other Fax"), "fax"),
        **dict.fromkeys(("Business Phone", "Business Phone 2"), "work"),
        **dict.fromkeys(("Home Phone", "Home Phone 2"), "home"),
        "Mobile Phone": "mobile",
        "Car Phone": "number",
        "Company Main Phone": "number",
        "ISDN": "number",
        "Other Phone": "number",
        "Primary Phone": "number",
        "Radio Phone": "number",
        "TTY/TDD Phone": "number",
        "Assistant's Phone": "number",
    },
    EBP: {
        "Code (tiers)": "code",
        "Nom": "company",
        "Nom (contact) (facturation)": "last_name",
        "Prénom (facturation)": "first_name",
        "E-mail (facturation)": "emails",
        "Fax (facturation)": "fax",
        "Téléphone fixe (facturation)": "landline",
        "Téléphone portable (facturation)": "mobile",
        "Téléphone fixe (livraison)": "landline",
    },
    EBP_DOCUMENTS: {
        "Document - Code client": "code",
        "Document - Nom du client": "company",
        "Document - Nom (contact) (facturation)": "last_name",
        "Document - Prénom (facturation)": "first_name",
        "Document - Téléphone fixe (facturation)": "landline",
    },
    SAGE: {
        "Numéro compte": "reference",
        "Intitulé": "company",
        "Contact": "last_name",
        "E-mail": "emails",
        "Téléphone": "number",
        "Télécopie": "fax",
        "Portable": "mobile",
    },
    SAGE_TABLES: {
        "CT_Num": "reference",
        "CT_Intitule": "company",
        "CT_Contact": "last_name",
        "CT_EMail": "emails",
        "CT_Telephone": "number",
        "CT_Telecopie": "fax",
    },
    SAGE_CONTACTS: {
        "CT_Num": "reference",
        "CT_Nom": "last_name",
        "CT_Prenom": "first_name",
        "CT_EMail": "emails",
        "CT_Telephone": "number",
        "CT_TelPortable": "mobile",
        "CT_Telecopie": "fax",
    },
    SALESFORCE: {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Account Name": "company",
        "Contact ID": "reference",
        "Phone": "number",
        "Fax": "fax",
        "Mobile": "mobile",
        "Home Phone": "home",
        "Email": "emails",
        "Other Phone": "number",
        "Asst. Phone": "number",
    },
    SALESFORCE_LOADER: {
        "FIRSTNAME": "first_name",
        "LASTNAME": "last_name",
        "PHONE": "number",
        "FAX": "fax",
        "EMAIL": "emails",
        "MOBILEPHONE": "mobile",
        "HOMEPHONE": "home",
        "OTHERPHONE": "number",
        "ASSISTANTPHONE": "number",
    },
    SALESFORCE_API: {
        "FirstName": "first_name",
        "LastName": "last_name",
        "Account.Name": "company",
        "Email": "emails",
        "Phone": "number",
        "MobilePhone": "mobile",
        "OtherPhone": "number",
        "AssistantPhone": "number",
    },
    HUBSPOT: {
        "Record ID": "reference",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Company name": "company",
        "Phone Number": "number",
        "Mobile Phone Number": "mobile",
        "Company Phone Number": "number",
        "WhatsApp Phone Number": "number",
        "Email": "emails",
        "Work email": "emails",
    },
    HUBSPOT_OBJECTS: {
        "Record ID - Contact": "reference",
        "First Name - Contact": "first_name",
        "Company name": "company",
        "Phone Number - Contact": "number",
        "Email - Contact": "emails",
    },
    SALESFORCE_FRENCH: {
        "Nom du compte": "company",
        "Prénom": "first_name",
        "Nom": "last_name",
        "Téléphone": "number",
        "Télécopie": "fax",
        "Mobile": "mobile",
        "Email": "emails",
        "ID du contact": "reference",
    },
    PIPEDRIVE: {
        "Person - Name": "last_name",
        "Person - Phone - Work": "work",
        "Person - Phone - Mobile": "mobile",
        "Person - Email - Work": "emails",
        "Organization - Name": "company",
    },
    DOLIBARR: {
        "Nom du tiers": "company",
        "Code client": "code",
        "Tél pro": "work",
        "Tél perso": "home",
        "Tél portable": "mobile",
        "Fax": "fax",
        "Email": "emails",
    },
    THUNDERBIRD: {
        "Display Name": "last_name",
        "Primary Email": "emails",
        "Secondary Email": "emails",
        "Work Phone": "work",
        "Home Phone": "home",
        "Fax Number": "fax",
        "Mobile Number": "mobile",
    },
    SHOP: {
        "billing_first_name": "first_name",
        "billing_last_name": "last_name",
        "billing_company": "company",
        "billing_phone": "number",
        "shipping_phone": "number",
        "billing_email": "emails",
    },
}


def read_as(header: str) -> dict[str, str]:
    """What each column is read as: a fact, for numbers their type."""
    plan = understand(header.split(","), FIRST_FIELDS)
    found = {column: meaning.type or meaning.fact.replace("telecoms", "number") for _, column, meaning in plan.cells}
    return found | {one.column: "kind" for one in plan.kinds}


@pytest.mark.parametrize("header", READ, ids=lambda header: header[:30])
def test_the_columns_of_other_programs_are_read_by_families_of_words(header: str) -> None:
    assert read_as(header) == READ[header]


@pytest.mark.parametrize(
    ("name", "fact", "kind"),
    [
        ("N° Tél. (domicile)", "telecoms", "home"),
        ("Téléphone portable pro", "telecoms", "mobile"),
        ("Portable pro", "telecoms", "mobile"),
        ("Tel Portable 2", "telecoms", "mobile"),
        ("Fixe (livraison)", "telecoms", "landline"),
        ("TELDOMICILE", "telecoms", "home"),
        ("Ligne directe", "telecoms", ""),
        ("Téléphone d'urgence", "telecoms", ""),
        ("Tél. standard", "telecoms", "landline"),
        ("Phone (other)", "telecoms", ""),
        ("phone_number_2", "telecoms", ""),
        ("WhatsApp", "telecoms", ""),
        ("Courriel professionnel", "emails", ""),
        ("Adresse électronique 2", "emails", ""),
        ("Adresse e-mail (livraison)", "emails", ""),
        ("Raison sociale (facturation)", "company", ""),
        ("Nom du tiers", "company", ""),
        ("Customer Name", "company", ""),
        ("Prénom du contact", "first_name", ""),
        ("Nom du contact principal", "last_name", ""),
        ("Référence (client)", "reference", ""),
        ("Full Name", "last_name", ""),
    ],
)
def test_a_name_is_understood_by_its_words(name: str, fact: str, kind: str) -> None:
    said = said_by(name, {})

    assert said.meaning == (fact, kind)


@pytest.mark.parametrize(
    ("name", "why", "word"),
    [
        ("", "unnamed", ""),
        ("  ", "unnamed", ""),
        ("Couleur", "unknown", ""),
        ("Телефон", "unknown", ""),
        ("Code livraison", "unknown", ""),
        ("Code 2", "unknown", ""),
        ("Code (tiers) 2", "unknown", ""),
        ("Hôtel", "unknown", ""),
        ("telephone" * 20, "unknown", ""),
        ("xtelephonetelephonetelephonetelephonetelephonex", "unknown", ""),
        ("Phone Extension", "beside_number", "extension"),
        ("Indicatif téléphone", "beside_number", "indicatif"),
        ("Fax Opt Out", "beside_number", "opt"),
        ("Téléphone vérifié", "beside_number", "verifie"),
        ("Email Domain", "beside_email", "domain"),
        ("Nom complet de l'adresse de messagerie", "beside_email", "nom"),
        ("E-mail 1 - Type", "kind_of_email", ""),
        ("Pager", "silent", ""),
        ("Télex", "silent", ""),
        ("Phone Type", "kind_alone", ""),
        ("Date de naissance", "elsewhere", ""),
        ("Ville (facturation)", "elsewhere", ""),
        ("Civilité (contact) (facturation)", "elsewhere", ""),
    ],
)
def test_a_column_that_is_not_read_says_why(name: str, why: str, word: str) -> None:
    plan = understand(["code", name], FIRST_FIELDS)

    assert [(one.column, one.why, one.word) for one in plan.unread] == [(name, why, word)]
    assert word in plan.unread[0].reason


def test_a_column_that_says_less_well_what_another_says_is_not_read() -> None:
    plan = understand(["Full Name", "Account", "Name", "Last Name", "Company", "Société 2", "tel"], FIRST_FIELDS)

    assert [(one.column, one.reason) for one in plan.unread] == [
        ("Full Name", "'Last Name' says the same, and is read."),
        ("Account", "'Company' says the same, and is read."),
        ("Name", "'Last Name' says the same, and is read."),
        ("Société 2", "'Company' says the same, and is read."),
    ]


def test_two_columns_that_say_one_thing_by_its_own_name_are_left_to_people() -> None:
    with refused(Kind.INVALID, "The columns 'Société' and 'Company' both mean company. Remove or rename one of them."):
        understand(["tel", "Account", "Société", "Company"], FIRST_FIELDS)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("tel,Nom", {"tel": "number", "Nom": "last_name"}),
        ("tel,Nom,Nom du contact", {"tel": "number", "Nom": "company", "Nom du contact": "last_name"}),
        ("tel,Name,Contact", {"tel": "number", "Name": "company", "Contact": "last_name"}),
        ("tel,Nom,Société,Contact", {"tel": "number", "Société": "company", "Contact": "last_name"}),
        ("tel,Nom,Prénom,Contact", {"tel": "number", "Nom": "last_name", "Prénom": "first_name"}),
    ],
)
def test_a_bare_name_beside_a_contacts_is_the_customers(header: str, expected: dict[str, str]) -> None:
    assert read_as(header) == expected


def test_a_column_of_kinds_says_of_what_type_the_numbers_beside_it_are(desk: Desk) -> None:
    outcome = desk.take(
        "Phone 1 - Type,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Phone 3 - Label,Phone 3 - Value,"
        "Type de tél.,Tél.\n"
        "* Mobile,0639981234,Work Fax,0199001235,Chalet,0199001236 ::: 0199001237,,0199001238\n"
        "* Mobile,,,,,,Domicile,0199001239\n"
    )

    assert [contact.telecoms for contact in desk.contacts().values()] == [
        (
            Telecom("+33639981234", "mobile"),
            Telecom("+33199001235", "fax"),
            Telecom("+33199001236", "", "Chalet"),
            Telecom("+33199001237", "", "Chalet"),
            Telecom("+33199001238"),
        ),
        (Telecom("+33199001239", "home"),),
    ]
    assert outcome.columns["Phone 1 - Type"] == "kind of number"
    assert outcome.unread == ()


def test_a_kind_that_is_no_text_says_nothing(desk: Desk) -> None:
    desk.take('{"code": "1", "phone": "0199001234", "phone type": ["work"]}\n')

    assert desk.only() == Contact(code="1", telecoms=(Telecom("+33199001234"),))


def test_every_column_is_told_as_read_or_with_the_reason_why_not(desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.take("Téléphone (bureau);Tél. mobile;Société;Ville;;Pager\n0199;;;;;\n")

    outcome = caught.value.outcome
    assert outcome.columns == {
        "Téléphone (bureau)": "work number",
        "Tél. mobile": "mobile number",
        "Société": "company",
    }
    assert [(one.column, one.reason) for one in outcome.unread] == [
        ("Ville", "Contacts here have no addresses, jobs, dates, notes and the like."),
        ("", "It has no name."),
        ("Pager", "Nobody calls from a pager or a telex machine."),
    ]
    assert outcome.unknown_columns == ("Ville", "", "Pager")
