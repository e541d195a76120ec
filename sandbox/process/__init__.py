"""The process `holdfast sandbox`: all stand-ins at once, and a page on which to play customers."""
