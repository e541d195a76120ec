"""Salesforce's SDK behind our settings: what may be set, how we sign in, and what an answer is taken for."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from pydantic import ValidationError

from domain.errors import CredentialsError, HoldfastError, InvalidInputError, NotFoundError, UnavailableError
from integrations.crm.salesforce.api import SalesforceApi, SalesforceSettings
from sandbox.frame import Fault
from tests.salesforce_organisation import Vendor

pytestmark = pytest.mark.integrations

LEAST: dict[str, Any] = {"consumer_key": "k", "consumer_secret": "s", "base_url": "https://shop.my.salesforce.com"}


class TestSettings:
    @pytest.mark.parametrize(
        ("more", "flow"),
        [
            ({}, "client_credentials"),
            ({"username": "u"}, "client_credentials"),
            ({"username": "u", "password": "p"}, "username_password"),
            ({"username": "u", "private_key_file": "key.pem"}, "jwt_bearer"),
            ({"username": "u", "password": "p", "private_key_file": "key.pem"}, "jwt_bearer"),
            ({"username": "u", "private_key_file": "key.pem", "consumer_secret": None}, "jwt_bearer"),
        ],
    )
    def test_what_is_set_says_how_we_sign_in(self, more: dict[str, Any], flow: str) -> None:
        assert SalesforceSettings.model_validate(LEAST | more).flow == flow

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            ({"password": "p"}, "needs username"),
            ({"private_key_file": "key.pem"}, "needs username"),
            ({"consumer_secret": None}, "set consumer_secret, or private_key_file"),
            ({"base_url": "https://login.salesforce.com"}, "need your own domain"),
            ({"base_url": "https://test.salesforce.com/"}, "need your own domain"),
            ({"base_url": "http://shop.my.salesforce.com"}, "base_url"),
            ({"base_url": "https://shop.my.salesforce.com/services"}, "base_url"),
            ({"api_version": "62"}, "api_version"),
            ({"external_id_field": "Number__c FROM Contact"}, "external_id_field"),
            ({"note_key_field": "9Key"}, "note_key_field"),
            ({"phone_region": "de"}, "phone_region"),
            ({"reserved_share": 1}, "reserved_share"),
            ({"timeout_seconds": 0}, "timeout_seconds"),
        ],
    )
    def test_what_cannot_work_is_told_at_once(self, more: dict[str, Any], told: str) -> None:
        with pytest.raises(ValidationError, match=told):
            SalesforceSettings.model_validate(LEAST | more)

    def test_a_slash_at_the_end_is_no_matter(self) -> None:
        settings = SalesforceSettings.model_validate(LEAST | {"base_url": "https://shop.my.salesforce.com/"})
        assert settings.base_url == "https://shop.my.salesforce.com"

    def test_secrets_are_not_shown(self) -> None:
        settings = SalesforceSettings.model_validate(
            LEAST | {"username": "u", "password": "p4ss", "consumer_secret": "s3"}
        )
        assert not {"p4ss", "s3"} & set(repr(settings).split("'"))


class TestSigningIn:
    async def test_many_questions_at_once_sign_in_once(self, bikes: Vendor) -> None:
        api = SalesforceApi(bikes.settings())
        found = await asyncio.gather(*(api.query("SELECT Id FROM Contact") for _ in range(8)))
        assert bikes.stand_in.sign_in.opened == 1
        assert {len(one) for one in found} == {2}

    async def test_an_expired_session_is_renewed_once_for_all(self, bikes: Vendor) -> None:
        api = SalesforceApi(bikes.settings())
        await api.query("SELECT Id FROM Contact")
        bikes.stand_in.sign_in.expire()
        await asyncio.gather(*(api.query("SELECT Id FROM Contact") for _ in range(4)))
        assert bikes.stand_in.sign_in.opened == 2

    async def test_a_session_that_ends_at_every_call_is_not_renewed_for_ever(self, bikes: Vendor) -> None:
        bikes.stand_in.faults.add(
            Fault(kind="fail", path="/services/data", status=401, times=9, body='[{"errorCode": "INVALID_SESSION_ID"}]')
        )
        with pytest.raises(HoldfastError):
            await SalesforceApi(bikes.settings()).query("SELECT Id FROM Contact")
        assert bikes.stand_in.sign_in.opened == 2

    @pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"])
    async def test_a_key_that_cannot_be_read_is_told_with_its_setting(
        self, bikes: Vendor, tmp_path: Path, content: bytes
    ) -> None:
        file = tmp_path / "key.pem"
        file.write_bytes(content)
        for path in (file, tmp_path / "missing.pem", tmp_path):
            api = SalesforceApi(bikes.settings(private_key_file=path, username="u"))
            with pytest.raises(CredentialsError, match="HOLDFAST_SALESFORCE_PRIVATE_KEY_FILE"):
                await api.query("SELECT Id FROM Contact")
        assert bikes.stand_in.sign_in.opened == 0

    async def test_a_key_with_a_passphrase_cannot_be_used(self, bikes: Vendor, tmp_path: Path) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        file = tmp_path / "key.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
        with pytest.raises(CredentialsError, match="without a passphrase"):
            await SalesforceApi(bikes.settings(private_key_file=file, username="u")).query("SELECT Id FROM Contact")


class TestQuestions:
    async def test_every_page_is_read(self, vendor: Vendor) -> None:
        """The stand-in has three records on a page."""
        for number in range(7):
            vendor.stand_in.add("Contact", LastName=str(number))
        found = await SalesforceApi(vendor.settings()).query("SELECT LastName FROM Contact ORDER BY LastName")
        assert [record["LastName"] for record in found] == [str(number) for number in range(7)]
        assert len(vendor.asked()) == 3

    async def test_of_questions_together_each_has_its_own_answer(self, bikes: Vendor) -> None:
        queries = {
            "good": "SELECT Name FROM Account",
            "wrong": "SELECT Nothing FROM Account",
            "none": "SELECT Id FROM Task",
        }
        answers = await SalesforceApi(bikes.settings()).query_together(queries)
        good = answers["good"]
        assert isinstance(good, list)
        assert [record["Name"] for record in good] == ["Bikes & Söhne", "Other"]
        assert isinstance(answers["wrong"], InvalidInputError)
        assert answers["none"] == []
        assert len(bikes.asked()) == 1

    async def test_what_is_asked_about_a_customer_stands_in_no_address(self, bikes: Vendor) -> None:
        await SalesforceApi(bikes.settings()).query_together(
            {"one": "SELECT Id FROM Contact WHERE Email = 'a@b.example'"}
        )
        assert not any("example" in entry.what for entry in bikes.stand_in.journal.entries)

    async def test_an_upsert_makes_one_record_whatever_its_key(self, bikes: Vendor) -> None:
        api = SalesforceApi(bikes.settings())
        for subject in ("one", "two"):
            await api.upsert("Task", "Holdfast_Key__c", "a/b?c'd e", {"Subject": subject})
        (task,) = bikes.stand_in.records("Task")
        assert (task["Holdfast_Key__c"], task["Subject"]) == ("a/b?c'd e", "two")

    async def test_an_unknown_object_is_told(self, bikes: Vendor) -> None:
        with pytest.raises(NotFoundError):
            await SalesforceApi(bikes.settings()).ask(lambda client: client.restful("sobjects/Nothing/describe"))


class TestAnswers:
    @pytest.mark.parametrize("path", ["/services/oauth2/token", "/services/data"])
    async def test_a_connection_that_is_cut_is_tried_again_by_whoever_asked(self, bikes: Vendor, path: str) -> None:
        bikes.stand_in.faults.add(Fault(kind="cut", path=path))
        api = SalesforceApi(bikes.settings())
        with pytest.raises(UnavailableError, match="cannot be reached, or it hung up"):
            await api.query("SELECT Id FROM Contact")
        assert len(await api.query("SELECT Id FROM Contact")) == 2

    async def test_an_authority_that_is_not_trusted_is_no_answer(self, bikes: Vendor) -> None:
        with pytest.raises(UnavailableError):
            await SalesforceApi(bikes.settings(ca_file=None)).query("SELECT Id FROM Contact")
        assert bikes.stand_in.sign_in.opened == 0
