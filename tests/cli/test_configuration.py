from cli.configuration import ROOT, configuration_page, environment_example


def test_the_configuration_page_is_what_the_settings_say() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == configuration_page(), "Run `make docs`."


def test_the_example_of_an_environment_is_what_the_settings_say() -> None:
    assert (ROOT / ".env.example").read_text() == environment_example(), "Run `make docs`."
