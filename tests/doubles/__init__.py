"""A gateway as others have written it, from what is known of real ones alone, and what is promised of every device."""
