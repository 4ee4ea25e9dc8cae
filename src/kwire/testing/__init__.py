"""An embedded broker for the tests of others, and the pytest plugin that offers it."""
