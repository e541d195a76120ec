"""Local stand-ins for the vendors, speaking the vendors' own HTTP APIs; what the vendor refuses, they refuse."""
