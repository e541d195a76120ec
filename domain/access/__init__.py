"""Who may enter an organisation, and with which roles."""
