"""The chaos run: customers and people at work while every part is killed; then a judge compares both sides."""
