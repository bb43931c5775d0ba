"""Cases written from the promises of the README alone, by somebody who has not read the integration."""
