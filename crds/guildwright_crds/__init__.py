"""The typed config: pydantic models, the CRD made from them, and the offline check."""
