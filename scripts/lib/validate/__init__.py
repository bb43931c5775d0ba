"""What hassfest and HACS ask of a custom integration, and the Integration Quality Scale, checked without either."""
