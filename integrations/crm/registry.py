"""CRMs and help desks by kind. A new one is one file and one line here."""

CRMS: dict[str, str] = {
    "directory": "integrations.crm.directory:DirectoryCrm",
    "salesforce": "integrations.crm.salesforce:SalesforceCrm",
    "zendesk": "integrations.helpdesk.zendesk_crm:ZendeskCrm",
}
