"""Where articles are brought in from, by kind. A new source is one file and one line here."""

SOURCES: dict[str, str] = {
    "salesforce": "integrations.knowledge.salesforce:SalesforceKnowledge",
    "zendesk": "integrations.helpdesk.zendesk.help_center:ZendeskHelpCenter",
}
