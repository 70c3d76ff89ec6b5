"""The sample data of the `sales` warehouse: made here, always the same, worth querying."""
