"""How a run is shown: record, terminal, pages, Allure."""
