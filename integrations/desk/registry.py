"""Desks by kind. A new one is one folder and one line here."""

DESKS: dict[str, str] = {
    "slack": "integrations.desk.slack.desk:SlackDesk",
}
