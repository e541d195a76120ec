"""What describes of the Salesforce stand-in say of objects and fields."""

from typing import Any

import pytest

from sandbox.salesforce_objects import Field, FieldType, standard_objects

ROOT = "/services/data/v62.0"


def described(kind: str, field: str) -> dict[str, Any]:
    fields = standard_objects()[kind].described(ROOT)["fields"]
    return next(one for one in fields if one["name"] == field)


@pytest.mark.parametrize(
    ("kind", "soap_type"),
    [("id", "tns:ID"), ("boolean", "xsd:boolean"), ("datetime", "xsd:dateTime"), ("email", "xsd:string")],
)
def test_the_type_of_a_field(kind: FieldType, soap_type: str) -> None:
    shown = Field("Any", kind).described()
    assert (shown["type"], shown["soapType"]) == (kind, soap_type)


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("Contact", "Id", {"createable": False, "updateable": False, "idLookup": True, "length": 18}),
        ("Contact", "Name", {"createable": False, "length": 121, "custom": False}),
        ("Contact", "LastName", {"nillable": False, "createable": True, "filterable": True}),
        ("Contact", "Email", {"idLookup": True, "unique": False, "type": "email"}),
        ("Contact", "Description", {"filterable": False, "sortable": False, "nillable": True}),
        ("Contact", "AccountId", {"referenceTo": ["Account"], "relationshipName": "Account", "length": 18}),
        ("Account", "Name", {"referenceTo": [], "relationshipName": None}),
        ("Entitlement", "EndDate", {"filterable": True, "sortable": False}),
        ("Knowledge__kav", "LastPublishedDate", {"createable": False, "type": "datetime"}),
    ],
)
def test_what_may_be_done_with_a_field(kind: str, name: str, expected: dict[str, Any]) -> None:
    shown = described(kind, name)
    assert {key: shown[key] for key in expected} == expected


def test_a_custom_field_is_known_by_its_name() -> None:
    shown = Field("Customer_Number__c", external_id=True).described()
    assert (shown["custom"], shown["label"]) == (True, "Customer Number")
    assert (shown["externalId"], shown["unique"], shown["idLookup"]) == (True, True, True)


def test_an_object_says_where_it_is_and_what_belongs_to_it() -> None:
    shown = standard_objects()["Knowledge__kav"].described(ROOT)
    assert shown["custom"] is False
    assert shown["urls"]["describe"] == f"{ROOT}/sobjects/Knowledge__kav/describe"
    assert shown["urls"]["rowTemplate"] == f"{ROOT}/sobjects/Knowledge__kav/{{ID}}"
    (child,) = shown["childRelationships"]
    assert (child["childSObject"], child["field"]) == ("Knowledge__DataCategorySelection", "ParentId")


def test_fields_are_found_in_any_case_and_added_to_one_organisation_alone() -> None:
    contact = standard_objects()["Contact"]
    contact.add(Field("Customer_Number__c"))
    assert contact.find("LASTNAME") is contact.fields["LastName"]
    assert contact.find("customer_number__c") is not None
    assert contact.find("Nothing") is None
    assert standard_objects()["Contact"].find("Customer_Number__c") is None


def test_every_reference_and_child_leads_to_an_object_that_is_there() -> None:
    objects = standard_objects()
    prefixes = [one.key_prefix for one in objects.values()]
    assert len(set(prefixes)) == len(prefixes)
    for one in objects.values():
        assert {field.to for field in one.fields.values() if field.to} <= objects.keys()
        for child, key in one.children.values():
            assert objects[child].fields[key].to == one.name
