"""What the stand-in for Salesforce refuses, and that its answers have the shape of Salesforce's."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from simple_salesforce.format import format_soql

from sandbox.salesforce import CUSTOMER_FIELDS, SalesforceStandIn
from sandbox.salesforce_sign_in import JWT_BEARER, App
from sandbox.serving import serving

SHARED = Path(__file__).parents[3] / "shared" / "data" / "salesforce"
ROOT = "/services/data/v62.0"
TOKEN = "/services/oauth2/token"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
APP = App(public_key=KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


class Caller:
    """Speaks HTTP with the stand-in, signed in by client credentials."""

    def __init__(self, stand_in: SalesforceStandIn, http: httpx.Client) -> None:
        self.stand_in, self.http = stand_in, http

    def sign_in(self, **form: str) -> httpx.Response:
        return self.http.post(TOKEN, data=form)

    def authorised(self) -> dict[str, str]:
        answer = self.sign_in(
            grant_type="client_credentials", client_id=APP.consumer_key, client_secret=APP.consumer_secret
        )
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def call(self, method: str, resource: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, f"{ROOT}/{resource}", headers=self.authorised(), json=body)

    def query(self, soql: str) -> httpx.Response:
        return self.http.get(f"{ROOT}/query", params={"q": soql}, headers=self.authorised())

    def found(self, soql: str) -> list[dict[str, Any]]:
        answer = self.query(soql)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["records"])


@pytest.fixture(scope="module")
def served() -> Iterator[Caller]:
    stand_in = SalesforceStandIn(login=APP, daily_limit=1000, page_size=2)
    with serving(stand_in.app()) as address, httpx.Client(base_url=address) as http:
        yield Caller(stand_in, http)


@pytest.fixture
def caller(served: Caller) -> Caller:
    served.stand_in.restart()
    APP.runs_as = APP.approved = True
    return served


def error(response: httpx.Response, status: int, code: str) -> str:
    """The message of an error of this status and code."""
    assert response.status_code == status, response.text
    (only,) = response.json()
    assert only["errorCode"] == code
    return str(only["message"])


def assertion(key: rsa.RSAPrivateKey = KEY, **changed: Any) -> str:
    expires = datetime.now(UTC) + timedelta(minutes=3)
    claims = {
        "iss": APP.consumer_key,
        "sub": APP.username,
        "aud": "https://login.salesforce.com",
        "exp": int(expires.timestamp()),
    }
    return jwt.encode({**claims, **changed}, key, algorithm="RS256")


def recorded(name: str) -> Any:
    if not SHARED.exists():
        pytest.skip("needs recorded answers of Salesforce at ../shared/data/salesforce")
    return json.loads((SHARED / name).read_text(encoding="utf-8"))


class TestSignIn:
    @pytest.mark.parametrize(
        ("form", "refused"),
        [
            ({"grant_type": "client_credentials"}, ("invalid_client_id", "client identifier invalid")),
            (
                {"grant_type": "client_credentials", "client_id": APP.consumer_key, "client_secret": "other"},
                ("invalid_client", "invalid client credentials"),
            ),
            (
                {
                    "grant_type": "password",
                    "client_id": APP.consumer_key,
                    "client_secret": APP.consumer_secret,
                    "username": APP.username,
                    "password": "without-token",
                },
                ("invalid_grant", "authentication failure"),
            ),
            ({"grant_type": JWT_BEARER, "assertion": "no.such.thing"}, ("invalid_grant", "invalid assertion")),
            ({"grant_type": "implicit"}, ("unsupported_grant_type", "grant type not supported")),
        ],
    )
    def test_wrong_credentials_are_refused(
        self, caller: Caller, form: dict[str, str], refused: tuple[str, str]
    ) -> None:
        answer = caller.sign_in(**form)
        assert answer.status_code == 400
        assert (answer.json()["error"], answer.json()["error_description"]) == refused

    @pytest.mark.parametrize(
        ("changed", "description"),
        [
            ({"aud": "https://example.my.salesforce.com"}, "audience is invalid"),
            ({"exp": 1}, "invalid assertion"),
            ({"iss": "other"}, "client identifier invalid"),
            ({"sub": "other@example.com"}, "user hasn't approved this consumer"),
        ],
    )
    def test_an_assertion_must_be_ours_and_fresh(
        self, caller: Caller, changed: Mapping[str, Any], description: str
    ) -> None:
        answer = caller.sign_in(grant_type=JWT_BEARER, assertion=assertion(**changed))
        assert answer.json()["error_description"] == description

    def test_an_assertion_must_be_signed_with_the_apps_key(self, caller: Caller) -> None:
        answer = caller.sign_in(grant_type=JWT_BEARER, assertion=assertion(OTHER_KEY))
        assert answer.json()["error_description"] == "invalid assertion"
        assert caller.sign_in(grant_type=JWT_BEARER, assertion=assertion()).status_code == 200

    def test_without_a_session_nothing_is_told(self, caller: Caller) -> None:
        for headers in ({}, {"Authorization": "Bearer other"}):
            error(caller.http.get(f"{ROOT}/limits", headers=headers), 401, "INVALID_SESSION_ID")

    def test_every_session_can_be_ended(self, caller: Caller) -> None:
        headers = caller.authorised()
        assert caller.http.get(f"{ROOT}/limits", headers=headers).status_code == 200
        assert caller.http.post("/sandbox/expire").status_code == 204
        error(caller.http.get(f"{ROOT}/limits", headers=headers), 401, "INVALID_SESSION_ID")


class TestLimit:
    def test_every_call_counts_and_says_so(self, caller: Caller) -> None:
        assert caller.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=1/1000"
        assert caller.call("GET", "limits").json() == {"DailyApiRequests": {"Max": 1000, "Remaining": 998}}

    def test_a_composite_call_counts_once(self, caller: Caller) -> None:
        parts = [
            {"method": "GET", "url": f"{ROOT}/query?q=SELECT%20Id%20FROM%20Contact", "referenceId": name}
            for name in "abc"
        ]
        caller.call("POST", "composite", {"compositeRequest": parts})
        assert caller.stand_in.used_calls == 1

    def test_none_left(self, caller: Caller) -> None:
        caller.http.post("/sandbox/limit", json={"used": 1000})
        assert error(caller.call("GET", "limits"), 403, "REQUEST_LIMIT_EXCEEDED") == "TotalRequests Limit exceeded."


class TestQueries:
    @pytest.mark.parametrize(
        ("soql", "code", "message"),
        [
            ("SELECT Foo FROM Contact", "INVALID_FIELD", "No such column 'Foo' on entity 'Contact'"),
            ("SELECT Foo.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Foo'"),
            ("SELECT Id FROM Contacts", "INVALID_TYPE", "sObject type 'Contacts' is not supported"),
            ("SELECT Id, (SELECT Id FROM Foos) FROM Contact", "INVALID_TYPE", "relationship 'Foos' in FROM"),
            ("SELECT Id, id FROM Contact", "MALFORMED_QUERY", "duplicate field selected"),
            ("SELECT Id FROM Contact WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
            ("SELECT Id FROM Contact WHERE Name = 1", "INVALID_FIELD", "should be enclosed in quotes"),
            ("SELECT Id FROM Case WHERE IsClosed = 'false'", "INVALID_FIELD", "must be of type boolean"),
            ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
            ("SELECT Id FROM Entitlement ORDER BY EndDate", "INVALID_FIELD", "can not be sorted"),
            ("SELECT Id FROM Contact WHERE Name IN (SELECT Id FROM Account)", "INVALID_FIELD", "left operand"),
            ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY", "unexpected token: <EOF>"),
            ("", "MALFORMED_QUERY", "has to be specified"),
        ],
    )
    def test_a_wrong_query_is_refused(self, caller: Caller, soql: str, code: str, message: str) -> None:
        assert message in error(caller.query(soql), 400, code)

    def test_what_our_user_may_not_see_is_not_there(self, caller: Caller) -> None:
        caller.stand_in.organisation.hidden |= {"Contact.Title", "Case"}
        error(caller.query("SELECT Title FROM Contact"), 400, "INVALID_FIELD")
        error(caller.query("SELECT Id FROM Case"), 400, "INVALID_TYPE")
        error(caller.call("GET", "sobjects/Case/describe"), 404, "NOT_FOUND")

    def test_conditions(self, caller: Caller) -> None:
        for name, amount in (("Apple", 1.0), ("Pear", None), ("plum", 3.0)):
            caller.stand_in.add("Opportunity", Name=name, StageName="New", CloseDate="2026-12-24", Amount=amount)
        cases = {
            "Name = 'PLUM'": ["plum"],
            "Name != 'plum'": ["Apple", "Pear"],
            "Name LIKE 'p%'": ["Pear", "plum"],
            "Name IN ('apple', 'x')": ["Apple"],
            "Name NOT IN ('apple')": ["Pear", "plum"],
            "Amount = null": ["Pear"],
            "Amount >= 1": ["Apple", "plum"],
            "CloseDate < 2026-12-24": [],
            "CreatedDate < 2020-01-01T00:00:00Z": [],
            "IsClosed = false AND (Name = 'pear' OR Amount = 3)": ["Pear", "plum"],
        }
        for where, names in cases.items():
            found = caller.found(
                format_soql("SELECT Name FROM Opportunity WHERE {:literal} ORDER BY Name LIMIT 10", where)
            )
            assert [record["Name"] for record in found] == names, where

    def test_order_and_limit(self, caller: Caller) -> None:
        for amount in (2.0, None, 1.0):
            caller.stand_in.add("Opportunity", Name="N", StageName="New", CloseDate="2026-12-24", Amount=amount)
        ordered = caller.found("SELECT Amount FROM Opportunity ORDER BY Amount DESC LIMIT 2")
        assert [record["Amount"] for record in ordered] == [2.0, 1.0]

    def test_ids_of_15_and_of_18_characters_are_the_same(self, caller: Caller) -> None:
        contact = caller.stand_in.add("Contact", LastName="L")
        assert len(contact) == 18
        assert len(caller.found(format_soql("SELECT Id FROM Contact WHERE Id = {}", contact[:15]))) == 1


class TestWrites:
    @pytest.mark.parametrize(
        ("body", "code", "message"),
        [
            ({"foo": 1}, "INVALID_FIELD", "No such column 'foo' on sobject of type Task"),
            ({"Id": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Id"),
            ({"WhoId": "003000000000000AAA"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
            ({"Subject": "s" * 256}, "STRING_TOO_LONG", "Subject: data value too large"),
            ({"ActivityDate": "tomorrow"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of date"),
        ],
    )
    def test_a_wrong_record_is_refused(self, caller: Caller, body: Any, code: str, message: str) -> None:
        assert message in error(caller.call("POST", "sobjects/Task", body), 400, code)
        assert not caller.stand_in.records("Task")

    def test_a_record_without_what_is_required_is_refused(self, caller: Caller) -> None:
        answer = caller.call("POST", "sobjects/Contact", {"FirstName": "Erika"})
        assert "[LastName]" in error(answer, 400, "REQUIRED_FIELD_MISSING")
        assert answer.json()[0]["fields"] == ["LastName"]

    def test_no_body_is_refused(self, caller: Caller) -> None:
        error(caller.call("POST", "sobjects/Task"), 400, "JSON_PARSER_ERROR")

    def test_an_external_id_creates_and_then_updates(self, caller: Caller) -> None:
        path = "sobjects/Task/Holdfast_Key__c/a%2F..%2Fb%3Fx%27"
        assert caller.call("PATCH", path, {"Subject": "one"}).status_code == 201
        assert caller.call("PATCH", path, {"Subject": "two"}).json()["created"] is False
        (task,) = caller.stand_in.records("Task")
        assert (task["Holdfast_Key__c"], task["Subject"]) == ("a/../b?x'", "two")

    def test_a_field_that_is_no_external_id_is_refused(self, caller: Caller) -> None:
        error(caller.call("PATCH", "sobjects/Task/Subject/x", {}), 404, "NOT_FOUND")


class TestComposite:
    def test_each_part_has_its_own_answer(self, caller: Caller) -> None:
        parts = [
            {"method": "POST", "url": f"{ROOT}/sobjects/Account", "referenceId": "new", "body": {"Name": "A"}},
            {"method": "GET", "url": f"{ROOT}/query?q=SELECT+Foo+FROM+Account", "referenceId": "wrong"},
        ]
        answers = caller.call("POST", "composite", {"compositeRequest": parts}).json()["compositeResponse"]
        assert [(part["referenceId"], part["httpStatusCode"]) for part in answers] == [("new", 201), ("wrong", 400)]
        assert answers[1]["body"][0]["errorCode"] == "INVALID_FIELD"

    @pytest.mark.parametrize(
        ("count", "path", "code"), [(26, "limits", "LIMIT_EXCEEDED"), (6, "query?q=x", "LIMIT_EXCEEDED")]
    )
    def test_too_many_parts_are_refused(self, caller: Caller, count: int, path: str, code: str) -> None:
        parts = [{"method": "GET", "url": f"{ROOT}/{path}", "referenceId": f"r{n}"} for n in range(count)]
        error(caller.call("POST", "composite", {"compositeRequest": parts}), 400, code)

    @pytest.mark.parametrize("names", [("a", "a"), ("a", ""), ("a", "b c")])
    def test_parts_need_names_of_their_own(self, caller: Caller, names: tuple[str, str]) -> None:
        parts = [{"method": "GET", "url": f"{ROOT}/limits", "referenceId": name} for name in names]
        error(caller.call("POST", "composite", {"compositeRequest": parts}), 400, "INVALID_INPUT")

    def test_an_unknown_resource_is_refused(self, caller: Caller) -> None:
        error(caller.call("GET", "chatter"), 404, "NOT_FOUND")
        error(caller.call("POST", "composite", {}), 400, "JSON_PARSER_ERROR")


def test_customers_are_seeded_in_one_request(caller: Caller) -> None:
    seed = {
        "accounts": [{"id": "a", "name": "Bikes", "plan": "Team", "status": "active", "fields": {"csm": "Jo"}}],
        "contacts": [{"id": "c-1", "account": "a", "name": "Erika Mustermann", "email": "e@bikes.example"}],
    }
    assert caller.http.post("/sandbox/customers", json=seed).status_code == 204
    fields = ", ".join(["Name", *CUSTOMER_FIELDS.values(), "Account.Csm__c"])
    (record,) = caller.found(format_soql("SELECT {:literal} FROM Contact", fields))
    assert record["Name"] == "Erika Mustermann"
    assert {record["Account"]["Plan__c"], record["Account"]["Csm__c"]} == {"Team", "Jo"}


@pytest.mark.shared
class TestShapes:
    def test_a_sign_in(self, caller: Caller) -> None:
        answer = caller.sign_in(
            grant_type="client_credentials", client_id=APP.consumer_key, client_secret=APP.consumer_secret
        )
        assert recorded("restforce_fixtures/fixtures/auth_success_response.json").keys() <= answer.json().keys()
        wrong = caller.sign_in(grant_type="client_credentials").json()
        assert wrong.keys() == recorded("restforce_fixtures/fixtures/auth_error_response.json").keys()

    def test_an_expired_session(self, caller: Caller) -> None:
        answer = caller.http.get(f"{ROOT}/limits")
        assert answer.json() == recorded("restforce_fixtures/fixtures/expired_session_response.json")

    @pytest.mark.parametrize("name", ["query_success", "query_empty", "query_paginated_first_page"])
    def test_a_query(self, caller: Caller, name: str) -> None:
        count = {"query_success": 1, "query_empty": 0, "query_paginated_first_page": 3}[name]
        for _ in range(count):
            caller.stand_in.publish("Title", "Name", "<p>Text</p>", "Refunds__c")
        soql = "SELECT Id, (SELECT DataCategoryName FROM DataCategorySelections) FROM Knowledge__kav"
        answer = caller.query(soql).json()
        wanted = recorded(f"restforce_fixtures/fixtures/sobject/{name}_response.json")
        assert answer.keys() == wanted.keys()
        for record, like_this in zip(answer["records"], wanted["records"], strict=False):
            assert record["attributes"].keys() == like_this["attributes"].keys()
            assert record["attributes"]["url"].startswith(f"{ROOT}/sobjects/Knowledge__kav/ka0")
            children = like_this.get("Whizbangs__r", {})
            assert children.keys() <= record["DataCategorySelections"].keys()

    def test_pages_lead_on(self, caller: Caller) -> None:
        for _ in range(3):
            caller.stand_in.add("Contact", LastName="L")
        first = caller.query("SELECT Id FROM Contact").json()
        last = caller.http.get(first["nextRecordsUrl"], headers=caller.authorised()).json()
        wanted = recorded("restforce_fixtures/fixtures/sobject/query_paginated_last_page_response.json")
        assert last.keys() == wanted.keys()
        assert (len(first["records"]), len(last["records"])) == (2, 1)
        error(caller.call("GET", "query/01gOther-2"), 400, "INVALID_QUERY_LOCATOR")

    def test_a_write(self, caller: Caller) -> None:
        created = caller.call("POST", "sobjects/Account", {"Name": "A"}).json()
        assert created.keys() == recorded("restforce_fixtures/fixtures/sobject/create_success_response.json").keys()
        wrong = caller.call("POST", "sobjects/Account", {"foo": "x"}).json()
        assert wrong[0].keys() >= recorded("restforce_fixtures/fixtures/sobject/write_error_response.json")[0].keys()
        for _ in range(2):
            caller.stand_in.add("Task", Holdfast_Key__c="k")
        several = caller.call("PATCH", "sobjects/Task/Holdfast_Key__c/k", {})
        assert several.status_code == 300
        multiple = recorded("restforce_fixtures/fixtures/sobject/upsert_multiple_error_response.json")
        assert [type(one) for one in several.json()] == [type(one) for one in multiple]

    def test_a_describe(self, caller: Caller) -> None:
        """Every key and every standard field is one that Salesforce describes, of the same type."""
        described = caller.call("GET", "sobjects/Contact/describe").json()
        wanted = recorded("contact_describe.json")
        assert described.keys() <= wanted.keys()
        fields = {field["name"]: field for field in wanted["fields"]}
        for field in described["fields"]:
            assert field.keys() <= wanted["fields"][0].keys()
            if not field["custom"]:
                known = fields[field["name"]]
                assert (field["type"], field["soapType"]) == (known["type"], known["soapType"])
                assert (field["createable"], field["relationshipName"]) == (
                    known["createable"],
                    known["relationshipName"],
                )
