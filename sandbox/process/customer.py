"""The customer whom the page plays at first, the same on all channels; the forms take any other."""

NAME = "Anna Lindner"
COMPANY = "Nordlicht Design GmbH"
EMAIL = "anna.lindner@nordlicht-design.example"
PHONE = "+493055501140"
CUSTOMER_ID = "c-1001"
QUESTION = "How do I export my projects to CSV?"
