"""Task queues, named by what limits them."""

CONVERSATIONS = "conversations"
LLM = "llm"
CRM = "crm"
DELIVERY = "delivery"
READING = "reading"
PUBLISHING = "publishing"
