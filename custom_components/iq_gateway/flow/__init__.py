"""What the flow is made of, beside its steps in `config_flow.py`."""
