"""CRMs and help desks by kind. A new one is one file and one line here."""

CRMS: dict[str, str] = {
    "directory": "integrations.crm.directory:DirectoryCrm",
    "salesforce": "integrations.crm.salesforce.crm:SalesforceCrm",
    "zendesk": "integrations.helpdesk.zendesk.crm:ZendeskCrm",
}
