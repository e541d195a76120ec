"""The same conversation on LangGraph and on DBOS, measured beside Holdfast on the same PostgreSQL."""
