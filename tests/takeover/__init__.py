"""Taking over from the built-in integration, with the real one on the simulator and the real recorder."""
