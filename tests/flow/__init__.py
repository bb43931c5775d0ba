"""The flow: a gateway added, signed in to again, moved, replaced."""
