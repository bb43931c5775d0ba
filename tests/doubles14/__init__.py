"""A gateway of another team's making: it keeps what is written to it, and is strict about how that is done."""
