"""The objects of a Salesforce organisation: their fields, and what a describe says of them."""

from dataclasses import dataclass, field
from typing import Any, Literal

FieldType = Literal[
    "id", "reference", "string", "textarea", "email", "phone", "picklist", "boolean", "date", "datetime", "double",
    "currency",
]  # fmt: skip
SOAP_TYPES = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "date": "xsd:date", "datetime": "xsd:dateTime",
    "double": "xsd:double", "currency": "xsd:double",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field; `to` and `relation` are a reference's object and the name under which it is followed."""

    name: str
    type: FieldType = "string"
    length: int = 255
    to: str = ""
    relation: str = ""
    external_id: bool = False
    createable: bool = True
    required: bool = False
    sortable: bool = True
    encrypted: bool = False

    @property
    def filterable(self) -> bool:
        return self.type != "textarea" and not self.encrypted

    def described(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.name.removesuffix("__c").replace("_", " "),
            "type": self.type,
            "soapType": SOAP_TYPES.get(self.type, "xsd:string"),
            "length": 18 if self.type in {"id", "reference"} else self.length,
            "custom": self.name.endswith("__c"),
            "createable": self.createable,
            "updateable": self.createable,
            "externalId": self.external_id,
            "idLookup": self.external_id or self.type in {"id", "email"},
            "unique": self.external_id,
            "filterable": self.filterable,
            "sortable": self.filterable and self.sortable,
            "nillable": not self.required,
            "referenceTo": [self.to] if self.to else [],
            "relationshipName": self.relation or None,
        }


@dataclass
class SObject:
    """An object. `children` are the names under which its records' own records are found: object and field."""

    name: str
    key_prefix: str
    fields: dict[str, Field]
    children: dict[str, tuple[str, str]] = field(default_factory=dict)
    createable: bool = True

    def find(self, name: str) -> Field | None:
        """By its name, in any case."""
        return next((one for key, one in self.fields.items() if key.lower() == name.lower()), None)

    def add(self, *fields: Field) -> None:
        self.fields |= {one.name: one for one in fields}

    def described(self, root: str) -> dict[str, Any]:
        url = f"{root}/sobjects/{self.name}"
        return {
            "name": self.name,
            "label": self.name,
            "labelPlural": f"{self.name}s",
            "keyPrefix": self.key_prefix,
            "custom": self.name.endswith("__c"),
            "createable": self.createable,
            "updateable": self.createable,
            "deletable": self.createable,
            "queryable": True,
            "retrieveable": True,
            "searchable": True,
            "fields": [one.described() for one in self.fields.values()],
            "childRelationships": [
                {"childSObject": kind, "field": key, "relationshipName": name, "cascadeDelete": False}
                for name, (kind, key) in self.children.items()
            ],
            "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
        }


def _sobject(name: str, key_prefix: str, *fields: Field, children: dict[str, tuple[str, str]] | None = None) -> SObject:
    system = (
        Field("Id", "id", createable=False),
        Field("CreatedDate", "datetime", createable=False),
        Field("LastModifiedDate", "datetime", createable=False),
    )
    return SObject(name, key_prefix, {one.name: one for one in (*system, *fields)}, children or {})


def _account(*, required: bool = False) -> Field:
    return Field("AccountId", "reference", to="Account", relation="Account", required=required)


def standard_objects() -> dict[str, SObject]:
    """What a new organisation with Service Cloud and Knowledge has, as far as a service desk looks at it."""
    return {one.name: one for one in (*_sales_objects(), *_service_objects(), *_knowledge_objects())}


def _sales_objects() -> tuple[SObject, ...]:
    return (
        _sobject("Account", "001", Field("Name", required=True), Field("Phone", "phone", 40)),
        _sobject(
            "Contact",
            "003",
            _account(),
            Field("FirstName", length=40),
            Field("LastName", length=80, required=True),
            Field("Name", length=121, createable=False),
            Field("Title", length=128),
            Field("Email", "email", 80),
            Field("Phone", "phone", 40),
            Field("MobilePhone", "phone", 40),
            Field("Description", "textarea", 32000),
        ),
        _sobject(
            "Opportunity",
            "006",
            _account(),
            Field("Name", length=120, required=True),
            Field("StageName", "picklist", required=True),
            Field("Amount", "currency"),
            Field("CloseDate", "date", required=True),
            Field("IsClosed", "boolean", createable=False),
        ),
    )


def _service_objects() -> tuple[SObject, ...]:
    contact = Field("ContactId", "reference", to="Contact", relation="Contact")
    return (
        _sobject(
            "Case",
            "500",
            _account(),
            contact,
            Field("CaseNumber", length=30, createable=False),
            Field("Subject"),
            Field("Status", "picklist"),
            Field("IsClosed", "boolean", createable=False),
            Field("Description", "textarea", 32000),
        ),
        _sobject(
            "Entitlement",
            "550",
            _account(required=True),
            Field("Name", required=True, sortable=False),
            Field("Status", "picklist", createable=False, sortable=False),
            Field("StartDate", "date", sortable=False),
            Field("EndDate", "date", sortable=False),
        ),
        _sobject(
            "Task",
            "00T",
            Field("WhoId", "reference", to="Contact", relation="Who"),
            Field("WhatId", "reference", to="Case", relation="What"),
            Field("Subject"),
            Field("Description", "textarea", 32000),
            Field("Status", "picklist"),
            Field("ActivityDate", "date"),
        ),
    )


def _knowledge_objects() -> tuple[SObject, ...]:
    return (
        _sobject(
            "Knowledge__kav",
            "ka0",
            Field("KnowledgeArticleId", "reference"),
            Field("ArticleNumber"),
            Field("Title", required=True),
            Field("Summary", "textarea", 1000),
            Field("UrlName", required=True),
            Field("Language", "picklist"),
            Field("PublishStatus", "picklist"),
            Field("IsVisibleInPkb", "boolean"),
            Field("LastPublishedDate", "datetime", createable=False),
            children={"DataCategorySelections": ("Knowledge__DataCategorySelection", "ParentId")},
        ),
        _sobject(
            "Knowledge__DataCategorySelection",
            "02o",
            Field("ParentId", "reference", to="Knowledge__kav", relation="Parent"),
            Field("DataCategoryGroupName"),
            Field("DataCategoryName"),
        ),
    )
