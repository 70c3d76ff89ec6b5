"""The operations of the API, one function each, by what they are about."""
