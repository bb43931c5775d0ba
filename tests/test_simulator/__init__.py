"""What the simulator promises to those who test with it."""
